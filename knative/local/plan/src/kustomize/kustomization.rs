//! The file `kustomization.yaml`.

use super::images::NewImage;
use crate::fields::Fields;
use crate::mistake::{At, Report};
use crate::names::{checked, is_label};
use crate::yaml::{Entry, Node, Value};

/// What a kustomization asks for, of what is supported.
#[derive(Default)]
pub(super) struct Kustomization {
    pub(super) resources: Vec<Resource>,
    namespace: Option<String>,
    images: Vec<NewImage>,
}

/// A file or folder to be included.
pub(super) struct Resource {
    pub(super) path: String,
    pub(super) at: At,
}

impl Kustomization {
    pub(super) fn read(document: &Node, report: &Report) -> Self {
        let Some(mut fields) = Fields::of_document(document, report) else {
            return Self::default();
        };
        if let Some(kind) = fields.take("kind")
            && kind.text() != Some("Kustomization")
        {
            kind.wrong("must be Kustomization");
        }
        fields.ignore(&["apiVersion"]);
        fields.refuse(
            &[
                "patches",
                "patchesStrategicMerge",
                "patchesJson6902",
                "components",
                "replacements",
            ],
            "is not supported here: souk runs a base, so give it the folder without patches",
        );
        let resource = |field: crate::fields::Field<'_>| {
            Some(Resource {
                path: field.text()?.to_owned(),
                at: field.at().clone(),
            })
        };
        Self {
            resources: fields
                .list("resources")
                .into_iter()
                .filter_map(resource)
                .collect(),
            namespace: fields
                .take("namespace")
                .and_then(|field| checked(&field, is_label))
                .map(str::to_owned),
            images: fields
                .list("images")
                .iter()
                .filter_map(NewImage::read)
                .collect(),
        }
    }

    /// Changes namespaces and images of everything that was included.
    pub(super) fn change(&self, documents: &mut [Node]) {
        for document in documents {
            if let Some(namespace) = &self.namespace {
                set_namespace(document, namespace);
            }
            for image in &self.images {
                image.change(document);
            }
        }
    }
}

fn set_namespace(document: &mut Node, namespace: &str) {
    if document.get("kind").and_then(Node::text) == Some("Namespace") {
        return;
    }
    let Some(metadata) = document.get_mut("metadata") else {
        return;
    };
    let at = metadata.at.clone();
    let value = Value::Text(namespace.to_owned());
    if let Some(written) = metadata.get_mut("namespace") {
        written.value = value;
    } else if let Value::Map(entries) = &mut metadata.value {
        entries.push(Entry {
            name: "namespace".to_owned(),
            at: at.clone(),
            node: Node { at, value },
        });
    }
}
