#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod authenticate;
mod card;
mod desk;
mod form;
mod journal;
mod key;
mod lists;
mod money;
mod operation;
mod pages;
mod records;
mod state;
mod switches;
#[cfg(test)]
mod testing;
mod webhooks;

pub use api::routes;
pub use desk::Desk;
pub use key::webhook_secret;
pub use webhooks::{Receiver, send};
