//! Which objects there are, so that a reference to one that is missing is found before anything runs.

use std::collections::BTreeMap;

use crate::mistake::{At, Report};
use crate::model::ObjectName;
use crate::object::{Kind, Object};

/// All objects of the manifests, by kind and name.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<(Kind, ObjectName), At>);

impl Known {
    pub(crate) fn new(objects: &[Object<'_>], report: &Report) -> Self {
        let mut known = Self::default();
        for object in objects {
            if let Some(first) = known.at(object.kind, &object.name) {
                report.add(
                    &object.at,
                    format!("{} is there already, in {first}", object.title()),
                );
                continue;
            }
            known
                .0
                .insert((object.kind, object.name.clone()), object.at.clone());
        }
        known
    }

    pub(crate) fn at(&self, kind: Kind, name: &ObjectName) -> Option<&At> {
        self.0.get(&(kind, name.clone()))
    }

    /// What to say of a reference to an object that is not there.
    pub(crate) fn missing(&self, kind: Kind, name: &ObjectName) -> Option<String> {
        let is_there = self.0.contains_key(&(kind, name.clone()));
        (!is_there).then(|| {
            format!(
                "there is no {} {}/{} in the manifests",
                kind.title(),
                name.namespace,
                name.name
            )
        })
    }
}
