#![doc = include_str!("../README.md")]

pub mod books;
pub mod cli;
mod report;
mod rules;
mod sources;

pub use books::Books;
pub use report::{Report, RuleReport};
pub use rules::{Finding, RULES, Rule, check};
