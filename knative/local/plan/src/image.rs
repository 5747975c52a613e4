//! Names of container images.

/// `registry:5000/souk/orders:1.2@sha256:...` in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageName<'a> {
    /// Without tag and digest.
    pub(crate) name: &'a str,
    pub(crate) tag: Option<&'a str>,
    pub(crate) digest: Option<&'a str>,
}

impl<'a> ImageName<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon before a slash belongs to the registry's port.
        match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self {
                name,
                tag: Some(tag),
                digest,
            },
            _ => Self {
                name: rest,
                tag: None,
                digest,
            },
        }
    }

    /// Whether its last word can be one: `[a-z0-9]`, and `.`, `_` and `-` between them.
    pub(crate) fn names_an_executable(&self) -> bool {
        let word = self.executable().as_bytes();
        let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        word.first().is_some_and(is_letter)
            && word.last().is_some_and(is_letter)
            && word
                .iter()
                .all(|byte| is_letter(byte) || b"._-".contains(byte))
    }

    /// The executable that an image of this name holds.
    pub(crate) fn executable(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

impl std::fmt::Display for ImageName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if let Some(tag) = self.tag {
            write!(f, ":{tag}")?;
        }
        match self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_last_word_of_the_name() {
        for text in [
            "orders",
            "orders:1",
            "registry.example.com/souk/orders",
            "registry:5000/souk/orders",
            "registry:5000/souk/orders:1.2@sha256:00",
        ] {
            let image = ImageName::parse(text);
            assert_eq!(image.executable(), "orders", "{text}");
            assert!(image.names_an_executable(), "{text}");
            assert_eq!(image.to_string(), text);
        }
    }

    #[test]
    fn a_name_that_ends_in_no_word_names_no_executable() {
        for text in [
            "",
            "souk/",
            "..",
            "souk/..",
            "souk/Orders",
            "souk/-orders",
            "souk/orders.",
        ] {
            assert!(!ImageName::parse(text).names_an_executable(), "{text}");
        }
    }
}
