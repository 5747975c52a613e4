//! What every handler has at hand.

use souk_kit::postgres::Outbox;

use crate::provider::{Provider, WebhookSecret};

/// The function's own things. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) provider: Provider,
    /// What the provider signs its notices with; without it none is believed.
    pub(crate) webhook_secret: Option<WebhookSecret>,
}
