#![doc = include_str!("../README.md")]

pub mod answer;
pub mod browser;
pub mod client;
pub mod credentials;
pub mod documents;
pub mod functions;
pub mod inside;
mod limits;
pub mod mails;
pub mod manifests;
pub mod people;
pub mod process;
pub mod prometheus;
pub mod raw;
pub mod relying_party;
pub mod shop;
pub mod shopping;
pub mod spans;
pub mod storm;
pub mod tokens;
pub mod trouble;
pub mod wait;
pub mod watched;

pub use answer::Answer;
pub use client::Client;
pub use shop::Shop;
pub use shopping::{PASSWORD, guest_order_of, order_of};
pub use wait::eventually;
