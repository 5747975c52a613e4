//! The environment and arguments of a process: what its manifest says, and what every process here needs to find the others.

use souk_plan::model::{ContainerPlan, EnvValue};

use crate::operator::Config;

/// Variables that a process needs from this machine, whoever it is.
const FROM_THIS_MACHINE: [&str; 2] = ["PATH", "TMPDIR"];

/// What a process has besides [`of`]; a container has what its image says.
pub(crate) fn of_this_machine() -> impl Iterator<Item = (&'static str, String)> {
    FROM_THIS_MACHINE
        .into_iter()
        .filter_map(|name| Some((name, std::env::var(name).ok()?)))
}

/// The variables of a function or a Job, or which required value is missing. `proxy` resolves the cluster's names.
pub(crate) fn of(
    container: &ContainerPlan,
    config: &Config,
    proxy: &str,
) -> Result<Vec<(String, String)>, String> {
    let mut variables = Vec::new();
    // Functions listen on every address, as containers must; kit's listen where this says. Nobody else reaches them here.
    variables.push(("HOST".to_owned(), "127.0.0.1".to_owned()));
    variables.push(("HTTP_PROXY".to_owned(), proxy.to_owned()));
    variables.push(("NO_PROXY".to_owned(), "127.0.0.1,localhost".to_owned()));
    for (kind, object, prefix, optional) in &container.env_from {
        match config.object(*kind, object) {
            Some(entries) => variables.extend(
                entries
                    .into_iter()
                    .map(|(key, value)| (format!("{prefix}{key}"), value)),
            ),
            None if *optional => (),
            None => {
                return Err(format!(
                    "{kind:?} {}/{} is missing",
                    object.namespace, object.name
                ));
            }
        }
    }
    for variable in &container.env {
        if let Some(value) = resolved(&variable.value, config)? {
            variables.push((variable.name.clone(), value));
        }
    }
    Ok(variables)
}

/// What follows the executable. `command` replaces an image's entry point, which here is the executable itself.
pub(crate) fn arguments(container: &ContainerPlan) -> impl Iterator<Item = &String> {
    container.command.iter().skip(1).chain(&container.args)
}

fn resolved(value: &EnvValue, config: &Config) -> Result<Option<String>, String> {
    match value {
        EnvValue::Literal(text) => Ok(Some(text.clone())),
        EnvValue::Ref {
            kind,
            object,
            key,
            optional,
        } => match config.value(*kind, object, key) {
            None if !optional => Err(format!(
                "{kind:?} {}/{} has no key {key}",
                object.namespace, object.name
            )),
            found => Ok(found),
        },
    }
}
