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

use souk_kit::api::Param;

pub(crate) use discard_dead_letter::{DISCARD_DEAD_LETTER, discard_dead_letter};
pub(crate) use discard_dead_letters::{DISCARD_DEAD_LETTERS, discard_dead_letters};
pub(crate) use get_dead_letter::{GET_DEAD_LETTER, get_dead_letter};
pub(crate) use keep_dead_letter::keep_dead_letter;
pub(crate) use list_dead_letters::{LIST_DEAD_LETTERS, list_dead_letters};
pub(crate) use redrive_dead_letter::{REDRIVE_DEAD_LETTER, redrive_dead_letter};
pub(crate) use redrive_dead_letters::{REDRIVE_DEAD_LETTERS, redrive_dead_letters};

/// The segment of every path to one of them.
const DEAD_LETTER_ID: Param = Param::new("dead_letter_id", "The dead letter.");
