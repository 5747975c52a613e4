//! References to ConfigMaps and Secrets, and which of them somebody must still make.

use std::collections::BTreeMap;

use crate::config::Configs;
use crate::mistake::{At, Report};
use crate::model::{ConfigKind, ConfigNeed, ObjectName};

/// A reference and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    need: ConfigNeed,
    at: At,
}

/// Whose container it is.
#[derive(Debug)]
pub(crate) struct Owner {
    /// `Service souk/orders`.
    pub(crate) title: String,
    pub(crate) namespace: String,
}

impl Owner {
    /// An object in the same namespace.
    pub(crate) fn neighbour(&self, name: &str) -> ObjectName {
        ObjectName {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
        }
    }

    /// Something of this owner, such as `env DATABASE_URL`, refers to a key (None: all keys).
    pub(crate) fn reference(
        &self,
        at: &At,
        purpose: &str,
        (kind, object, key, optional): (ConfigKind, &ObjectName, Option<&str>, bool),
    ) -> Reference {
        Reference {
            need: ConfigNeed {
                kind,
                object: object.clone(),
                key: key.map(str::to_owned),
                optional,
                wanted_by: format!("{}, {purpose} ({at})", self.title),
            },
            at: at.clone(),
        }
    }
}

/// Every key that is referred to and that no manifest holds, once; it is optional when it is so for all who ask.
pub(crate) fn open(
    references: Vec<Reference>,
    configs: &Configs,
    report: &Report,
) -> Vec<ConfigNeed> {
    let mut open: BTreeMap<(ConfigKind, ObjectName, Option<String>), ConfigNeed> = BTreeMap::new();
    for Reference { need, at } in references {
        if let Some(held) = configs.find(need.kind, &need.object) {
            let is_held = need
                .key
                .as_ref()
                .is_none_or(|key| held.data.contains_key(key));
            if !is_held && !need.optional {
                report.add(&at, without_key(&need, held.at));
            }
            continue;
        }
        let asked = (need.kind, need.object.clone(), need.key.clone());
        match open.get_mut(&asked) {
            Some(known) if known.optional && !need.optional => *known = need,
            Some(_) => (),
            None => {
                open.insert(asked, need);
            }
        }
    }
    open.into_values().collect()
}

fn without_key(need: &ConfigNeed, held_at: &At) -> String {
    let key = need.key.as_deref().unwrap_or_default();
    let ObjectName { namespace, name } = &need.object;
    format!(
        "{:?} {namespace}/{name} ({held_at}) has no key `{key}`",
        need.kind
    )
}
