//! Functions that are dead: their instances were killed, and each start fails at once until they may live again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use souk_serving::Serving;

use super::Life;
use crate::source::Source;
use crate::system;

/// Which functions are dead, for whoever starts them. Clones are the same.
#[derive(Clone)]
pub(crate) struct Dead {
    names: Arc<RwLock<BTreeSet<String>>>,
    /// Containers have no process here that could be killed.
    in_containers: bool,
}

impl Dead {
    /// None is.
    pub(crate) fn none(source: &Source) -> Self {
        Self {
            names: Arc::default(),
            in_containers: matches!(source, Source::Images(_)),
        }
    }

    pub(crate) fn has(&self, function: &str) -> bool {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.contains(function)
    }

    pub(super) fn names(&self) -> BTreeSet<String> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.clone()
    }

    /// Kills and lets live. `None` lets all of them live. One that may live again is started with its next attempt, 10 s later at most.
    pub(super) fn change(
        &self,
        change: Option<BTreeMap<String, Life>>,
        serving: &Serving,
    ) -> Result<(), String> {
        let functions = serving.functions();
        let known: BTreeSet<&str> = functions.iter().map(|one| one.name.as_str()).collect();
        self.apply(change, &known)?;
        // After they are marked: what starts meanwhile sees the mark.
        let dead = self.names();
        let dying = functions.iter().filter(|one| dead.contains(&one.name));
        for pid in dying
            .flat_map(|one| &one.instances)
            .filter_map(|one| one.pid)
        {
            if let Err(error) = system::send_signal(pid, libc::SIGKILL) {
                tracing::warn!(pid, %error, "an instance was not killed");
            }
        }
        Ok(())
    }

    fn apply(
        &self,
        change: Option<BTreeMap<String, Life>>,
        known: &BTreeSet<&str>,
    ) -> Result<(), String> {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        let Some(change) = change else {
            names.clear();
            return Ok(());
        };
        if let Some(unknown) = change.keys().find(|name| !known.contains(name.as_str())) {
            let known: Vec<&str> = known.iter().copied().collect();
            let known = known.join(", ");
            return Err(format!("there is no function {unknown}; there are {known}"));
        }
        if self.in_containers && change.values().any(|life| *life == Life::Dead) {
            return Err("functions in containers cannot be killed on purpose".to_owned());
        }
        for (name, life) in change {
            match life {
                Life::Dead => names.insert(name),
                Life::Alive => names.remove(&name),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(in_containers: bool) -> Dead {
        Dead {
            names: Arc::default(),
            in_containers,
        }
    }

    fn change(dead: &Dead, pairs: &[(&str, Life)]) -> Result<(), String> {
        let change = pairs.iter().map(|(name, life)| ((*name).to_owned(), *life));
        let known = BTreeSet::from(["orders", "payments"]);
        dead.apply(Some(change.collect()), &known)
    }

    #[test]
    fn who_is_named_changes_and_nobody_else() {
        let dead = dead(false);
        change(&dead, &[("orders", Life::Dead), ("payments", Life::Dead)]).unwrap();
        change(&dead, &[("orders", Life::Alive)]).unwrap();
        assert!(dead.has("payments") && !dead.has("orders"));
        dead.apply(None, &BTreeSet::new()).unwrap();
        assert!(dead.names().is_empty());
    }

    #[test]
    fn what_is_no_function_or_a_container_is_not_killed() {
        let why = change(&dead(false), &[("payment", Life::Dead)]).unwrap_err();
        assert_eq!(
            why,
            "there is no function payment; there are orders, payments"
        );
        assert!(change(&dead(true), &[("orders", Life::Dead)]).is_err());
        change(&dead(true), &[("orders", Life::Alive)]).unwrap();
    }
}
