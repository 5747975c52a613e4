//! What every handler has at hand.

use std::sync::Arc;

use souk_kit::Sink;

use crate::domain::Grants;

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) grants: Arc<Grants>,
    pub(crate) sink: Sink,
}

impl App {
    pub(crate) fn new(grants: Grants, sink: Sink) -> Self {
        let grants = Arc::new(grants);
        Self { grants, sink }
    }
}
