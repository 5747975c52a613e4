//! What this function answers: one file for each endpoint.

mod dead_letter_view;
mod get_dead_letter;
mod keep_dead_letter;
mod list_dead_letters;
mod wire;

pub(crate) use get_dead_letter::{GET_DEAD_LETTER, get_dead_letter};
pub(crate) use keep_dead_letter::keep_dead_letter;
pub(crate) use list_dead_letters::{LIST_DEAD_LETTERS, list_dead_letters};
