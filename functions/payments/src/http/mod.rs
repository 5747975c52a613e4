//! What this function answers: one file for each endpoint.

mod get_payment;
mod list_payments;
mod payment_view;
mod refund_payment;

pub(crate) use get_payment::get_payment;
pub(crate) use list_payments::list_payments;
pub(crate) use refund_payment::refund_payment;
