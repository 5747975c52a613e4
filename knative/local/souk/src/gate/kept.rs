//! What was last heard of the gate's keys and clients, kept from one start to the next. It holds no secret.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use souk_gate_keys::State;

/// A state, and the name that identity gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) version: String,
    pub(super) state: State,
}

impl Known {
    /// What was kept there. A file that cannot be understood is none: identity is asked again.
    pub(super) fn read(file: &Path) -> Option<Self> {
        let text = fs::read(file).ok()?;
        match serde_json::from_slice(&text) {
            Ok(known) => Some(known),
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "not understood; identity is asked again");
                None
            }
        }
    }

    /// Keeps it there, whole or not at all.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        let beside = file.with_extension("json.new");
        fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        fs::rename(beside, file)
    }
}
