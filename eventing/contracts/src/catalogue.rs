//! The list of all event types, for whoever handles events without knowing them: `intake`, tests, tools.

use std::sync::LazyLock;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::{Contract, Upcast, events::*};

/// One event type, seen from outside.
#[derive(Debug, Clone, Copy)]
pub struct EventType {
    /// The event type, such as `dev.souk.order.placed.v1`.
    pub type_name: &'static str,
    /// Who may emit it.
    pub emitter: &'static str,
    /// The source it carries.
    pub source: &'static str,
    /// Whether it comes from outside, through `intake`.
    pub public: bool,
    /// The JSON Schema of its data.
    pub schema: fn() -> Value,
    /// The same as a part of a document with many schemas.
    pub subschema: fn(&mut SchemaGenerator) -> Schema,
    /// Whether this is its data; if not, where and why.
    pub validate: fn(&Value) -> Result<(), String>,
    /// The partition key of this data, or why it is not its data.
    pub partition_key: fn(&Value) -> Result<String, String>,
    /// What it is about, as `<collection>/<id>`, or why it is not its data.
    pub subject: fn(&Value) -> Result<String, String>,
    /// The version that follows it, if there is one: then this one is published beside it for a while, and ends.
    pub successor: Option<Successor>,
}

/// The next version of an event type, seen from the older one.
#[derive(Debug, Clone, Copy)]
pub struct Successor {
    /// Its event type.
    pub type_name: &'static str,
    /// Its data, made of the older one's; or why that is not its data.
    pub upcast: fn(&Value) -> Result<Value, String>,
}

/// All event types, by name.
pub fn event_types() -> &'static [EventType] {
    static TYPES: LazyLock<Vec<EventType>> = LazyLock::new(|| {
        let mut types = every_type();
        types.sort_by_key(|event_type| event_type.type_name);
        types
    });
    &TYPES
}

/// The event type of this name, if there is one.
pub fn find(type_name: &str) -> Option<&'static EventType> {
    let types = event_types();
    let at = types
        .binary_search_by_key(&type_name, |event_type| event_type.type_name)
        .ok()?;
    Some(&types[at])
}

fn every_type() -> Vec<EventType> {
    vec![
        describe::<AccountErased>(),
        describe::<AccountRegistered>(),
        describe::<AuthenticationRequested>(),
        describe::<CancellationRequested>(),
        describe::<CaptureRefused>(),
        describe::<GoodsReceived>(),
        describe::<LinkRequested>(),
        describe::<OrderCancelled>(),
        describe::<OrderConfirmed>(),
        describe::<OrderDelivered>(),
        describe::<OrderPlaced>(),
        describe::<OrderShipped>(),
        describe::<ParcelMoved>(),
        describe::<PaymentAuthorized>(),
        describe::<PaymentCaptured>(),
        describe::<PaymentDeclined>(),
        describe::<PaymentPostponed>(),
        describe::<PaymentRefunded>(),
        describe::<PaymentRequested>(),
        describe::<PaymentVoided>(),
        superseded_by::<ProductPublishedV2>(),
        describe::<ProductPublishedV2>(),
        describe::<ProductWithdrawn>(),
        describe::<ShipmentBooked>(),
        describe::<ShipmentCancelled>(),
        describe::<ShipmentDelivered>(),
        describe::<ShipmentDispatched>(),
        describe::<StockRejected>(),
        describe::<StockReserved>(),
    ]
}

fn describe<T: Contract>() -> EventType {
    EventType {
        type_name: T::TYPE,
        emitter: T::EMITTER,
        source: T::SOURCE,
        public: T::PUBLIC,
        schema: || schemars::schema_for!(T).into(),
        subschema: SchemaGenerator::subschema_for::<T>,
        validate: |data| read::<T>(data).map(drop),
        partition_key: |data| read::<T>(data).map(|data| data.partition_key()),
        subject: |data| read::<T>(data).map(|data| data.subject()),
        successor: None,
    }
}

/// The older version of `New`.
fn superseded_by<New: Upcast>() -> EventType {
    let upcast = |older: &Value| {
        let newer = New::upcast(read(older)?);
        serde_json::to_value(newer).map_err(|error| error.to_string())
    };
    EventType {
        successor: Some(Successor {
            type_name: New::TYPE,
            upcast,
        }),
        ..describe::<New::Older>()
    }
}

fn read<T: Contract>(data: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(data).map_err(|error| {
        let path = error.path().to_string();
        let at = if path == "." {
            "data".to_owned()
        } else {
            format!("data.{path}")
        };
        format!("{at}: {}", error.into_inner())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn goods_received() -> Value {
        json!({
            "delivery_note": "DN-2041",
            "lines": [{ "sku": "MUG-BLUE", "quantity": 12 }, { "sku": "MUG-RED", "quantity": 1 }],
            "received_at": "2026-01-02T03:04:05Z"
        })
    }

    fn complaint(about: &Value) -> String {
        (find(GoodsReceived::TYPE).unwrap().validate)(about).unwrap_err()
    }

    #[test]
    fn a_known_type_is_found_and_an_unknown_one_is_not() {
        assert_eq!(find("dev.souk.order.placed.v1").unwrap().emitter, "orders");
        assert!(find("dev.souk.order.placed.v2").is_none());
    }

    #[test]
    fn data_that_keeps_the_contract_is_valid_and_gives_its_key() {
        let event_type = find(GoodsReceived::TYPE).unwrap();
        assert_eq!((event_type.validate)(&goods_received()), Ok(()));
        assert_eq!(
            (event_type.partition_key)(&goods_received()),
            Ok("DN-2041".to_owned())
        );
    }

    #[test]
    fn a_mistake_is_reported_with_its_path() {
        let mut data = goods_received();
        data["lines"][1]["quantity"] = json!(0);
        assert_eq!(
            complaint(&data),
            "data.lines[1].quantity: a quantity is at least 1"
        );
        data["lines"][0]["sku"] = json!("mug");
        assert!(complaint(&data).starts_with("data.lines[0].sku: `mug` is not a SKU"));
    }

    #[test]
    fn a_field_nobody_agreed_on_is_refused() {
        let mut data = goods_received();
        data["colour"] = json!("blue");
        assert!(complaint(&data).contains("unknown field `colour`"));
    }

    #[test]
    fn a_reference_that_would_not_survive_a_header_is_refused() {
        let mut data = goods_received();
        data["delivery_note"] = json!("50% \"off\"");
        assert!(complaint(&data).starts_with("data.delivery_note:"));
    }

    #[test]
    fn a_delivery_without_lines_is_refused() {
        let mut data = goods_received();
        data["lines"] = json!([]);
        assert_eq!(
            complaint(&data),
            "data.lines: there are 0 lines, allowed are 1 to 500"
        );
    }
}
