//! What this function answers: one file for each endpoint.

mod follow_order;
mod list_notifications;

pub(crate) use follow_order::follow_order;
pub(crate) use list_notifications::list_notifications;
