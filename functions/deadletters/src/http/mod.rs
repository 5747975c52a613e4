//! What this function answers: one file for each endpoint.

mod dead_letter_view;
mod discard_dead_letter;
mod discard_dead_letters;
mod get_dead_letter;
mod keep_dead_letter;
mod list_dead_letters;
mod outcome_view;
mod redrive_dead_letter;
mod redrive_dead_letters;
mod selection;
mod wire;

pub(crate) use discard_dead_letter::{DISCARD_DEAD_LETTER, discard_dead_letter};
pub(crate) use discard_dead_letters::{DISCARD_DEAD_LETTERS, discard_dead_letters};
pub(crate) use get_dead_letter::{GET_DEAD_LETTER, get_dead_letter};
pub(crate) use keep_dead_letter::keep_dead_letter;
pub(crate) use list_dead_letters::{LIST_DEAD_LETTERS, list_dead_letters};
pub(crate) use redrive_dead_letter::{REDRIVE_DEAD_LETTER, redrive_dead_letter};
pub(crate) use redrive_dead_letters::{REDRIVE_DEAD_LETTERS, redrive_dead_letters};

use souk_kit::{Answer, Problem, api::Param};
use uuid::Uuid;

use crate::{
    app::App,
    store::{Kept, dead_letters},
};

/// The segment of every path to one of them.
const DEAD_LETTER_ID: Param = Param::new("dead_letter_id", "The dead letter.");

/// When it is worth asking again for one that somebody else is sending.
const BUSY_SECONDS: u32 = 2;

async fn found(app: &App, id: Uuid) -> Answer<Kept> {
    let found = dead_letters::find(&app.pool, id).await?;
    found.ok_or_else(|| Problem::not_found("dead letter", id))
}

/// Somebody else is sending it.
fn busy(id: Uuid) -> Problem {
    let detail = format!("Dead letter {id} is being sent just now.");
    Problem::conflict("dead-letter-busy", detail).retry_after(BUSY_SECONDS)
}
