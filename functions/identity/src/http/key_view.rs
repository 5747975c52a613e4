//! Keys as operators see them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use souk_kit::Problem;

use crate::{app::App, keys::Held};

/// The keys that are believed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SigningKeys")]
pub(super) struct KeyList {
    /// Each of them, in the order of their signing.
    items: Vec<KeyView>,
}

/// A key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SigningKey")]
struct KeyView {
    /// Which one it is: the `kid` of its tokens.
    kid: String,
    /// `waiting`: it is known and does not sign yet; `signing`; `verifying`: it signs no more, its tokens are believed.
    #[schemars(extend("enum" = ["waiting", "signing", "verifying"]))]
    state: &'static str,
    /// When it was made known.
    published_at: DateTime<Utc>,
    /// From when on it signs.
    signs_from: DateTime<Utc>,
    /// When it stops being believed; absent for the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("type" = "string"))]
    retires_at: Option<DateTime<Utc>>,
}

impl KeyList {
    /// The keys as they are now.
    pub(super) async fn now(app: &App) -> Result<Self, Problem> {
        Ok(Self::of(&*app.keys.held_now().await?, app.now()))
    }

    fn of(held: &Held, now: DateTime<Utc>) -> Self {
        let items = held.ring.live(now).map(|key| KeyView {
            kid: key.key_id.clone(),
            state: held.ring.state(key, now).name(),
            published_at: key.published_at,
            signs_from: key.signs_from,
            retires_at: key.retires_at,
        });
        Self {
            items: items.collect(),
        }
    }
}
