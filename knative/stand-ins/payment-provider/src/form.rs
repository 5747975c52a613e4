//! Parameters as the API takes them: form-encoded, with `name[key]` for what is inside of something.

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::answer::Failure;

const METADATA_KEYS_MAX: usize = 50;

/// The parameters of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body or a query; of a parameter that comes twice the last one counts.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The same for the same parameters, in whatever order they came.
    pub(crate) fn canonical(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// Refuses parameters that are not among these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        let name = |parameter: &str| parameter.split('[').next().unwrap_or_default().to_owned();
        match self
            .0
            .keys()
            .find(|parameter| !known.contains(&name(parameter).as_str()))
        {
            None => Ok(()),
            Some(unknown) => Err(Failure::parameter(
                "parameter_unknown",
                unknown,
                format!("Received unknown parameter: {unknown}"),
            )),
        }
    }

    /// A parameter that may be absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.get(name).ok_or_else(|| {
            Failure::parameter(
                "parameter_missing",
                name,
                format!("Missing required param: {name}."),
            )
        })
    }

    /// A number of minor units, at least one.
    pub(crate) fn amount(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        match text.parse::<i64>() {
            Ok(amount) if amount >= 1 => Ok(Some(amount)),
            Ok(_) => Err(Failure::parameter(
                "parameter_invalid_integer",
                name,
                "This value must be greater than or equal to 1.".to_owned(),
            )),
            Err(_) => Err(Failure::parameter(
                "parameter_invalid_integer",
                name,
                format!("Invalid integer: {text}"),
            )),
        }
    }

    /// A yes or a no; no when it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Failure::parameter(
                "parameter_invalid_boolean",
                name,
                format!("Invalid boolean: {other}"),
            )),
        }
    }

    /// One of these words.
    pub(crate) fn choice(
        &self,
        name: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, Failure> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let word = words.iter().find(|word| **word == text);
        word.copied().map(Some).ok_or_else(|| {
            let one_of = words.join(", or ");
            Failure::parameter(
                "parameter_invalid_string",
                name,
                format!("Invalid {name}: must be one of {one_of}"),
            )
        })
    }

    /// What the caller wants to find again.
    pub(crate) fn metadata(&self) -> Result<BTreeMap<String, String>, Failure> {
        let entry = |(name, value): (&String, &String)| {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((key.to_owned(), value.clone()))
        };
        let metadata: BTreeMap<_, _> = self.0.iter().filter_map(entry).collect();
        if metadata.len() > METADATA_KEYS_MAX {
            let message = format!("Metadata can have at most {METADATA_KEYS_MAX} keys.");
            return Err(Failure::parameter("parameter_invalid", "metadata", message));
        }
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_of_something_is_found_by_its_name() {
        let form = Form::parse(b"amount=2500&metadata[order_id]=o%201&payment_method_types[]=card");
        assert_eq!(form.amount("amount").unwrap(), Some(2500));
        assert_eq!(form.metadata().unwrap()["order_id"], "o 1");
        let known = ["amount", "metadata", "payment_method_types"];
        assert!(form.only(&known).is_ok());
        assert!(form.only(&known[..2]).is_err());
    }

    #[test]
    fn the_order_of_parameters_makes_no_difference() {
        let (one, other) = (Form::parse(b"a=1&b=2"), Form::parse(b"b=2&a=1"));
        assert_eq!(one.canonical(), other.canonical());
    }

    #[test]
    fn an_amount_is_a_positive_integer() {
        for wrong in ["amount=0", "amount=-1", "amount=12.50", "amount=x"] {
            assert!(
                Form::parse(wrong.as_bytes()).amount("amount").is_err(),
                "{wrong}"
            );
        }
    }
}
