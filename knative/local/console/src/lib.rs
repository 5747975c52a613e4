#![doc = include_str!("../README.md")]

mod api;
mod assets;
mod compress;
mod console;
mod flow;
mod guard;
mod hex;
mod nobody;
mod problem;
mod receiver;
mod record;
mod series;
mod server;
mod shop;
mod store;
mod tail;
mod telemetry;
mod time;

pub use console::About;
pub use nobody::Nobody;
pub use problem::{Answer, Problem};
pub use server::{Door, serve};
pub use shop::Shop;
pub use telemetry::{Limits, Telemetry};
