#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod card;
mod desk;
mod form;
mod journal;
mod key;
mod money;
mod operation;
mod pages;
mod records;
mod state;
mod switches;
#[cfg(test)]
mod testing;

pub use api::routes;
pub use desk::Desk;
