//! The plan of this shop: which files it is read from, and what the variables of Kong's file are here.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

use souk_engines::SecretStore;
use souk_gateway::Gateway;
use souk_network::Outside;
use souk_plan::Settings;
use souk_plan::model::{ConfigNeed, Plan};

use crate::cli::Sources;
use crate::failure::{Failure, Outcome};
use crate::operator::gateway_variable;
use crate::repository::Repository;
use crate::terminal::me;

/// Reads the manifests and Kong's file. Secrets that Kong's file needs are made now and kept.
pub(crate) fn load(sources: &Sources, store: &SecretStore) -> Outcome<Plan> {
    let mut failed = None;
    let plan = read(
        sources,
        &own,
        &mut |needs, variable| match gateway_variable(store, needs, variable) {
            Ok(value) => value,
            Err(failure) => {
                failed.get_or_insert(failure);
                None
            }
        },
    );
    failed.map_or(plan, Err)
}

/// The same without a shop, and with everything checked that `up` would refuse. Nothing is kept; in the plan a secret's
/// value is its variable's name.
pub(crate) fn preview(sources: &Sources) -> Outcome<Plan> {
    let folder = tempfile::tempdir().map_err(|error| Failure::new(error, ""))?;
    let complete = load(sources, &SecretStore::open(folder.path())?)?;
    let gateway = Gateway::new(&complete.gateway, Arc::new(Outside::default()));
    gateway.map_err(|mistakes| refused(&mistakes))?;
    read(sources, &own, &mut |_, variable| Some(variable.to_owned()))
}

/// The variables of Kong's file that are no settings, by name.
pub(crate) fn secret_variables(sources: &Sources) -> Outcome<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    read(sources, &|_| None, &mut |_, variable| {
        names.insert(variable.to_owned());
        Some(variable.to_owned())
    })?;
    Ok(names)
}

type Variable<'a> = dyn FnMut(&[ConfigNeed], &str) -> Option<String> + 'a;

/// A variable of this process.
fn own(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// `secret` is asked for what neither the environment nor the gateway's settings hold.
fn read(
    sources: &Sources,
    environment: &dyn Fn(&str) -> Option<String>,
    secret: &mut Variable<'_>,
) -> Outcome<Plan> {
    let (folders, gateway) = files(sources)?;
    let settings = gateway.as_deref().map(Settings::beside).transpose();
    let settings = settings
        .map_err(|mistake| refused(&[mistake]))?
        .unwrap_or_default();
    let plan = souk_plan::load(&folders, gateway.as_deref(), &mut |needs, variable| {
        environment(variable)
            .or_else(|| settings.get(variable).map(str::to_owned))
            .or_else(|| secret(needs, variable))
    });
    plan.map_err(|mistakes| refused(&mistakes))
}

/// Folders of manifests and Kong's file: those asked for, else the checkout's. Somebody else's manifests do not get our gateway.
pub(crate) fn files(sources: &Sources) -> Outcome<(Vec<PathBuf>, Option<PathBuf>)> {
    let here = Repository::around_here();
    if !sources.manifests.is_empty() {
        return Ok((sources.manifests.clone(), sources.gateway_config.clone()));
    }
    let Some(repository) = here else {
        return Err(Failure::new(
            "there are no manifests here: the current folder is in no checkout of Souk",
            format!("Name them: {} up --manifests <dir> --functions <dir>", me()),
        ));
    };
    let gateway = sources.gateway_config.clone();
    Ok((
        repository.manifests(),
        gateway.or_else(|| Some(repository.gateway_config())),
    ))
}

/// Everything that is wrong with the files, at once.
pub(crate) fn refused(mistakes: &[impl Display]) -> Failure {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    Failure::new(
        format!("these cannot be run here:\n  {}", lines.join("\n  ")),
        format!("Mend them, and look again: {} plan", me()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_of_others_come_without_our_gateway() {
        let sources = Sources {
            manifests: vec!["elsewhere".into()],
            gateway_config: None,
        };
        assert_eq!(files(&sources).unwrap(), (vec!["elsewhere".into()], None));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let said = refused(&["a.yaml:1: x", "b.yaml:2: y"]).to_string();
        assert!(said.contains("a.yaml:1: x\n  b.yaml:2: y"), "{said}");
    }
}
