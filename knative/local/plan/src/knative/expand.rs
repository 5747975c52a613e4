//! `$(NAME)` in values, commands and arguments, as kubelet expands it.

use std::collections::BTreeMap;

/// What is known of the variables that a text may refer to.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// None: known when the process starts, from a ConfigMap or Secret.
    values: BTreeMap<String, Option<String>>,
    /// `envFrom` brings others, whose names are not known either.
    pub(super) open: bool,
}

impl Variables {
    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        self.values
            .insert(name.to_owned(), value.map(str::to_owned));
    }

    /// The text with all references replaced; `$$` stands for `$`; unknown names stay as they are.
    pub(super) fn expand(&self, text: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('$') {
            let (before, from) = rest.split_at(start);
            expanded.push_str(before);
            let taken = match from.as_bytes().get(1) {
                Some(b'$') => {
                    expanded.push('$');
                    2
                }
                Some(b'(') if from.contains(')') => {
                    let end = from.find(')').unwrap_or(from.len() - 1);
                    expanded.push_str(&self.reference(&from[2..end])?);
                    end + 1
                }
                _ => {
                    expanded.push('$');
                    1
                }
            };
            rest = &from[taken..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn reference(&self, name: &str) -> Result<String, String> {
        match self.values.get(name) {
            Some(Some(value)) => Ok(value.clone()),
            None if !self.open => Ok(format!("$({name})")),
            Some(None) | None => Err(format!(
                "`$({name})` is known only when the process starts, and is not supported here; write `$$({name})` if it is meant literally"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_kubelet_does() {
        let mut variables = Variables::default();
        variables.set("A", Some("1"));
        variables.set("SECRET", None);
        for (text, expected) in [
            ("x$(A)y$(A)", Some("x1y1")),
            ("$(B)", Some("$(B)")),
            ("$$(A) $$", Some("$(A) $")),
            ("5$ $A $(A", Some("5$ $A $(A")),
            ("$(SECRET)", None),
        ] {
            assert_eq!(variables.expand(text).ok().as_deref(), expected, "{text}");
        }
        variables.open = true;
        assert!(variables.expand("$(B)").is_err());
    }
}
