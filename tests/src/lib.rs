#![doc = include_str!("../README.md")]

pub mod client;
pub mod credentials;
pub mod documents;
pub mod functions;
pub mod inside;
pub mod manifests;
pub mod process;
pub mod shop;
pub mod wait;

pub use client::{Answer, Client};
pub use shop::Shop;
pub use wait::eventually;
