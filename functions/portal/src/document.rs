//! The two documents, as they were when this was built.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A document with its tag.
pub(crate) struct Document {
    /// What it says.
    pub(crate) json: &'static str,
    tag: LazyLock<String>,
}

/// What can be asked through the gateway.
pub(crate) static OPENAPI: Document = Document {
    json: include_str!("../../../docs/api/openapi.json"),
    tag: LazyLock::new(|| tag(OPENAPI.json)),
};

/// What the functions tell each other.
pub(crate) static ASYNCAPI: Document = Document {
    json: include_str!("../../../docs/api/asyncapi.json"),
    tag: LazyLock::new(|| tag(ASYNCAPI.json)),
};

impl Document {
    /// Tells it from what it was before.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }
}

fn tag(json: &str) -> String {
    let hash = Sha256::digest(json);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
