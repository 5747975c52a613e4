//! What every handler has at hand.

use souk_kit::{Clock, mailer::Mailer};

use crate::{live::Live, store::Store};

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) mailer: Mailer,
    pub(crate) live: Live,
    pub(crate) clock: Clock,
}
