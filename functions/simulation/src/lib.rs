#![doc = include_str!("../README.md")]

mod action;
mod broker;
mod chance;
mod choose;
mod event;
mod provider;
mod quiet;
mod rules;
mod schedule;
mod seen;
mod setup;
mod text;
mod world;

pub use action::{Action, Letter};
pub use event::{Event, Function, NAMES, What};
pub use rules::Broken;
pub use schedule::{Outcome, Schedule};
pub use seen::Seen;
pub use setup::{Basket, Card, Setup};
pub use text::NotUnderstood;
