//! The functions there are, by their manifests.

use crate::{Failure, repository};

/// What a dashboard has to know of a function.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// Its name: that of its file, its Knative Service and its `service.name`.
    pub(crate) name: String,
    /// A Trigger delivers events to it.
    pub(crate) hears: bool,
    /// It has a database or tables of its own.
    pub(crate) stores: bool,
}

/// Every function that has a Knative Service in `knative/base`, by name.
///
/// # Errors
///
/// When a manifest cannot be read.
pub(crate) fn all() -> Result<Vec<Function>, Failure> {
    let root = repository::root();
    let mut functions = Vec::new();
    for file in repository::files_in(&root.join("knative/base"), "yaml")? {
        let text = repository::text(&file)?;
        if !text.contains("apiVersion: serving.knative.dev/v1\nkind: Service\n") {
            continue;
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        functions.push(Function {
            hears: is_told(&name)?,
            stores: text.contains("DATABASE_URL") || text.contains("AWS_ENDPOINT_URL_DYNAMODB"),
            name: name.into_owned(),
        });
    }
    Ok(functions)
}

/// By a Trigger of its own. The function `deadletters` keeps what comes by the `deadLetterSink` of others, and handles no event.
fn is_told(function: &str) -> Result<bool, Failure> {
    let subscriber = format!("name: {function}\n    uri: /events");
    for file in repository::files_in(&repository::root().join("eventing/base/triggers"), "yaml")? {
        let text = repository::text(&file)?;
        if text.contains(&subscriber) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_hears_and_keeps_stands_in_its_manifests() {
        let all = all().unwrap();
        assert_eq!(all.len(), 11);
        let of = |name: &str| {
            let function = all.iter().find(|function| function.name == name).unwrap();
            (function.hears, function.stores)
        };
        assert_eq!(of("payments"), (true, true));
        assert_eq!(of("catalog"), (false, true));
        assert_eq!(of("deadletters"), (false, true));
        assert_eq!(of("portal"), (false, false));
    }
}
