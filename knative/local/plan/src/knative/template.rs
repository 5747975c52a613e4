//! What a template is, so that a changed one makes a new revision.

use sha2::{Digest as _, Sha256};

use crate::annotations::Annotations;
use crate::model::EnvVar;
use crate::yaml::Node;

const NO_GC: &str = "serving.knative.dev/no-gc";

/// The same for the same template, however it is written.
pub(super) fn hash(template: &Node) -> String {
    hash_of(&[&template.json().to_string()])
}

/// With the container's variables: what a SinkBinding adds to them changes the template, as it does on a cluster.
pub(crate) fn hash_with(hash: &str, env: &[EnvVar]) -> String {
    hash_of(&[hash, &serde_json::to_string(env).unwrap_or_default()])
}

pub(super) fn no_gc(annotations: &mut Annotations<'_>) -> bool {
    annotations
        .take(NO_GC)
        .is_some_and(|(text, _)| text == "true")
}

fn hash_of(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
        // What ends one part and begins the next is not in the text of either.
        digest.update([0]);
    }
    let digest = digest.finalize();
    let bytes = digest.iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
