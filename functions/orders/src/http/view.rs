//! The versions of the API. They differ in how an order is shown and where it is found; the handlers are the same.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use souk_kit::{Answer, Caller, Problem};
use uuid::Uuid;

use crate::domain::Order;

/// An order as the clients of one version see it.
pub(crate) trait View: Serialize + JsonSchema + Send + Sized + 'static {
    /// Which version, if it is not the first.
    const VERSION: Option<&'static str>;
    /// Where all orders are.
    const ORDERS: &'static str;
    /// Where one order is.
    const ORDER: &'static str;
    /// Where one is cancelled.
    const CANCEL: &'static str;

    /// An order as this caller sees it.
    fn of(order: Order, caller: &Caller) -> Answer<Self>;

    /// An order for the document, in this status.
    fn example(status: &str) -> Value;

    /// Where an order is.
    fn path(order_id: Uuid) -> String {
        format!("{}/{order_id}", Self::ORDERS)
    }
}

/// An order as far as the caller may see it; to everybody else there is none.
pub(super) fn visible(order: Option<Order>, order_id: Uuid, caller: &Caller) -> Answer<Order> {
    let own = |order: &Order| caller.sees(order.purchase.account_id);
    order
        .filter(own)
        .ok_or_else(|| Problem::not_found("order", order_id))
}

/// An address for the document.
pub(super) fn address_example() -> Value {
    json!({ "name": "A. Reader", "line1": "1 Main Street", "postal_code": "10115", "city": "Berlin", "country": "DE" })
}
