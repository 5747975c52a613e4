//! What accounts need of their surroundings: who takes mails, who has a person's data, and the key of the links.

use souk_kit::{Reader, mailer::Mailer};

use super::export::Neighbours;
use crate::links::LinkKey;

/// Clones share connections.
#[derive(Clone)]
pub(crate) struct Parts {
    /// Makes the secrets in links.
    pub(crate) link_key: LinkKey,
    /// Who takes mails.
    pub(crate) mailer: Mailer,
    /// Who has a person's data besides this function.
    pub(super) neighbours: Neighbours,
}

impl Parts {
    /// Reads `SMTP_URL`, `IDENTITY_SENDER_ADDRESS`, and where the other functions are. `secret` is the function's own, from which the
    /// key of the links is derived; without it nothing is returned, and that is for whoever reads it to complain of.
    pub(crate) fn from_env(r: &mut Reader<'_>, secret: Option<&[u8; 32]>) -> Option<Self> {
        let mailer = Mailer::from_env(r, "IDENTITY_SENDER_ADDRESS");
        let neighbours = Neighbours::from_env(r);
        Some(Self {
            link_key: LinkKey::derived_from(secret?),
            mailer: mailer?,
            neighbours: neighbours?,
        })
    }
}
