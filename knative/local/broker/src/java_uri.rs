//! Whether `java.net.URI` takes a text: `source` and `dataschema` must be such.

/// The empty text is one.
pub(crate) fn is_uri(text: &str) -> bool {
    let (address, fragment) = match text.split_once('#') {
        Some((address, fragment)) => (address, fragment),
        None => (text, ""),
    };
    !fragment.contains('#') && is_legal(text) && is_address(address)
}

fn is_address(address: &str) -> bool {
    let Some(end) = address.find([':', '/', '?']) else {
        return is_hierarchical(address);
    };
    let (scheme, rest) = address.split_at(end);
    let Some(rest) = rest.strip_prefix(':') else {
        return is_hierarchical(address);
    };
    is_scheme(scheme) && !rest.is_empty() && (!rest.starts_with('/') || is_hierarchical(rest))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// `[//authority][path][?query]`; brackets belong to an IPv6 authority or to the query.
fn is_hierarchical(text: &str) -> bool {
    let (path, _query) = text.split_once('?').unwrap_or((text, ""));
    let path = match path.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or("", |start| &rest[start..]),
        None => path,
    };
    !path.contains(['[', ']'])
}

fn is_legal(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let good = match char {
            '%' => [rest.next(), rest.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => false,
            other => !other.is_whitespace() && !other.is_control(),
        };
        if !good {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_takes_these_and_not_those() {
        for (text, good) in [
            ("", true),
            ("/functions/orders", true),
            ("https://example.com/a?b=[c]#d", true),
            ("http://[::1]:8080/a", true),
            ("urn:isbn:0451450523", true),
            ("mailto:a@b.example", true),
            ("a%20b", true),
            ("straße", true),
            (" ", false),
            ("a b", false),
            ("a|b", false),
            ("%zz", false),
            ("a%2", false),
            ("a#b#c", false),
            (":a", false),
            ("10:30", false),
            ("urn:", false),
            ("/a[b]", false),
        ] {
            assert_eq!(is_uri(text), good, "{text:?}");
        }
    }
}
