//! What every handler has at hand.

use std::sync::Arc;

use souk_kit::postgres::Outbox;

use crate::{passwords::Passwords, signer::Signer};

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) passwords: Passwords,
    pub(crate) signer: Arc<Signer>,
}

impl App {
    pub(crate) fn new(outbox: Outbox, signer: Signer) -> Self {
        Self {
            outbox,
            passwords: Passwords::new(),
            signer: Arc::new(signer),
        }
    }
}
