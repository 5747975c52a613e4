//! Journeys through the gateway, and what the shop tells of them. Each test is a sentence that can be false; all of them share one shop,
//! but for `metric_names`, which needs one in which everything goes wrong once.

mod access;
mod accounts;
mod authentication;
mod carts;
mod catalog;
mod console;
mod dead_letters;
mod documents;
mod guests;
mod live_updates;
mod metric_names;
mod orders;
mod payments;
mod publishers;
mod shipping;
mod telemetry;
mod versions;
