//! Journeys through the gateway. Each test is a sentence that can be false; all of them share one shop.

mod access;
mod accounts;
mod authentication;
mod carts;
mod catalog;
mod dead_letters;
mod documents;
mod guests;
mod live_updates;
mod orders;
mod payments;
mod publishers;
mod shipping;
mod versions;
