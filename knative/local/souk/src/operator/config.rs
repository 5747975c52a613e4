//! All ConfigMaps and Secrets of the running shop, as its processes see them when they start.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use souk_engines::secrets::Entries;
use souk_plan::model::{ConfigKind, ConfigObject, ObjectName};
use tokio::sync::watch;

use crate::stand_in::Announced;

/// Looked up whenever a process is started. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Config(Arc<Objects>);

#[derive(Default)]
struct Objects {
    fixed: RwLock<BTreeMap<(ConfigKind, ObjectName), Entries>>,
    /// By name, in every namespace and of both kinds: what it says may change when it is started again.
    stand_ins: HashMap<String, watch::Receiver<Announced>>,
}

impl Config {
    /// What was made, under what the manifests hold, which wins.
    pub(crate) fn new(
        manifests: &[ConfigObject],
        made: BTreeMap<(ConfigKind, ObjectName), Entries>,
        stand_ins: HashMap<String, watch::Receiver<Announced>>,
    ) -> Self {
        let fixed = RwLock::new(merged(manifests, made));
        Self(Arc::new(Objects { fixed, stand_ins }))
    }

    /// These from now on, for processes that are started from now on. Stand-ins say what they say.
    pub(crate) fn replace(
        &self,
        manifests: &[ConfigObject],
        made: BTreeMap<(ConfigKind, ObjectName), Entries>,
    ) {
        let fixed = merged(manifests, made);
        *self.0.fixed.write().unwrap_or_else(PoisonError::into_inner) = fixed;
    }

    /// One value.
    pub(crate) fn value(&self, kind: ConfigKind, object: &ObjectName, key: &str) -> Option<String> {
        let fixed = self.fixed(kind, object);
        fixed
            .and_then(|mut entries| entries.remove(key))
            .or_else(|| self.said(object)?.get(key).cloned())
    }

    /// A whole object.
    pub(crate) fn object(&self, kind: ConfigKind, object: &ObjectName) -> Option<Entries> {
        let fixed = self.fixed(kind, object);
        match (self.said(object), fixed) {
            (None, fixed) => fixed,
            (Some(mut said), fixed) => {
                said.extend(fixed.unwrap_or_default());
                Some(said)
            }
        }
    }

    fn fixed(&self, kind: ConfigKind, object: &ObjectName) -> Option<Entries> {
        let fixed = self.0.fixed.read().unwrap_or_else(PoisonError::into_inner);
        fixed.get(&(kind, object.clone())).cloned()
    }

    fn said(&self, object: &ObjectName) -> Option<Entries> {
        Some(self.0.stand_ins.get(&object.name)?.borrow().entries.clone())
    }
}

fn merged(
    manifests: &[ConfigObject],
    made: BTreeMap<(ConfigKind, ObjectName), Entries>,
) -> BTreeMap<(ConfigKind, ObjectName), Entries> {
    let mut merged = made;
    for one in manifests {
        let entries = merged.entry((one.kind, one.object.clone())).or_default();
        entries.extend(one.data.clone());
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> Entries {
        pairs
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect()
    }

    fn object(name: &str) -> ObjectName {
        ObjectName {
            namespace: "souk".to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn what_the_manifests_hold_wins() {
        let written = ConfigObject {
            kind: ConfigKind::Secret,
            object: object("x"),
            data: entries(&[("a", "written")]),
        };
        let made = BTreeMap::from([(
            (ConfigKind::Secret, object("x")),
            entries(&[("a", "made"), ("b", "made")]),
        )]);
        let config = Config::new(&[written], made, HashMap::new());
        assert_eq!(
            config
                .value(ConfigKind::Secret, &object("x"), "a")
                .as_deref(),
            Some("written")
        );
        assert_eq!(
            config
                .value(ConfigKind::Secret, &object("x"), "b")
                .as_deref(),
            Some("made")
        );
        assert_eq!(config.value(ConfigKind::ConfigMap, &object("x"), "a"), None);
    }

    #[test]
    fn a_stand_in_is_asked_anew_each_time() {
        let (say, said) = watch::channel(Announced::default());
        let config = Config::new(
            &[],
            BTreeMap::new(),
            HashMap::from([("mail-server".to_owned(), said)]),
        );
        assert_eq!(
            config.value(ConfigKind::Secret, &object("mail-server"), "url"),
            None
        );
        say.send_modify(|now| now.entries = entries(&[("url", "smtp://127.0.0.1:1")]));
        let url = config.value(ConfigKind::Secret, &object("mail-server"), "url");
        assert_eq!(url.as_deref(), Some("smtp://127.0.0.1:1"));
    }
}
