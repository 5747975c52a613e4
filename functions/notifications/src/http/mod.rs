//! What this function answers: one file for each endpoint.

mod follow_order;
mod list_notifications;

pub(crate) use follow_order::{FOLLOW_ORDER, follow_order};
pub(crate) use list_notifications::{LIST_NOTIFICATIONS, list_notifications};
