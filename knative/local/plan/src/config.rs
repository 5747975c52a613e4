//! ConfigMaps and Secrets that the manifests hold. Values of Secrets are never part of a message.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fields::{Field, Fields};
use crate::mistake::At;
use crate::model::{ConfigKind, ConfigObject, ObjectName};
use crate::object::Object;

/// All of them.
#[derive(Default)]
pub(crate) struct Configs(Vec<(ConfigObject, At)>);

/// One of them.
pub(crate) struct Held<'a> {
    pub(crate) data: &'a BTreeMap<String, String>,
    pub(crate) at: &'a At,
}

impl Configs {
    pub(crate) fn add_config_map(&mut self, mut object: Object<'_>) {
        let fields = &mut object.fields;
        // That it may not be changed matters to a cluster that lives on, not to files that are read once.
        fields.ignore(&["immutable"]);
        fields.refuse(&["binaryData"], "is not supported here; data is");
        let data = fields.text_map("data");
        self.add(ConfigKind::ConfigMap, &object, data);
    }

    pub(crate) fn add_secret(&mut self, mut object: Object<'_>) {
        let fields = &mut object.fields;
        // `type` is a hint for clients and for the checks of some types.
        fields.ignore(&["immutable", "type"]);
        let data = decoded(fields);
        self.add(ConfigKind::Secret, &object, data);
    }

    pub(crate) fn find(&self, kind: ConfigKind, object: &ObjectName) -> Option<Held<'_>> {
        let found = self
            .0
            .iter()
            .find(|(config, _)| config.kind == kind && config.object == *object);
        found.map(|(config, at)| Held {
            data: &config.data,
            at,
        })
    }

    pub(crate) fn into_objects(self) -> Vec<ConfigObject> {
        self.0.into_iter().map(|(object, _)| object).collect()
    }

    fn add(&mut self, kind: ConfigKind, object: &Object<'_>, data: BTreeMap<String, String>) {
        let config = ConfigObject {
            kind,
            object: object.name.clone(),
            data,
        };
        self.0.push((config, object.at.clone()));
    }
}

/// `data`, over which `stringData` wins.
fn decoded(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    let encoded = fields
        .take("data")
        .map(|field| field.entries())
        .unwrap_or_default();
    let mut data: BTreeMap<String, String> = encoded
        .iter()
        .filter_map(|(name, field)| Some(((*name).to_owned(), decode(field)?)))
        .collect();
    data.extend(fields.text_map("stringData"));
    data
}

fn decode(field: &Field<'_>) -> Option<String> {
    let text = field.text()?.replace(['\r', '\n'], "");
    let Ok(bytes) = STANDARD.decode(text) else {
        field.wrong("must be base64; write plain text below stringData");
        return None;
    };
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        field.wrong("must be text in UTF-8: a process here gets Secrets as environment variables");
    }
    text
}
