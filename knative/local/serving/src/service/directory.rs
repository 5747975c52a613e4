//! Who answers to which name: what every request looks into. It is replaced as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use souk_plan::model::ObjectName;

use super::split::Split;
use crate::revision::Revision;

/// Services and tags.
#[derive(Default)]
pub(crate) struct Directory {
    services: BTreeMap<ObjectName, Split<Revision>>,
    tags: BTreeMap<ObjectName, Arc<Revision>>,
    /// Revisions that are being tried.
    pub(crate) tried: usize,
}

impl Directory {
    pub(super) fn add(&mut self, service: ObjectName, split: Split<Revision>) {
        self.services.insert(service, split);
    }

    /// `<tag>-<service>` is a name of its own.
    pub(super) fn add_tag(&mut self, service: &ObjectName, tag: &str, revision: Arc<Revision>) {
        let name = ObjectName {
            namespace: service.namespace.clone(),
            name: format!("{tag}-{}", service.name),
        };
        self.tags.insert(name, revision);
    }

    pub(crate) fn knows(&self, name: &ObjectName) -> bool {
        self.find(name).is_some()
    }

    /// The revision of this request. A Service is called by its name even where a tag would be too.
    pub(crate) fn find(&self, name: &ObjectName) -> Option<&Arc<Revision>> {
        match self.services.get(name) {
            Some(split) => split.pick(),
            None => self.tags.get(name),
        }
    }
}
