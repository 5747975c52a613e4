//! Every rule for events, one table for each.

use cloudevents::AttributesReader;
use serde_json::{Value, json};

use super::{Candidate, Kind, Mistake, Publisher, check};

fn attributes() -> Value {
    json!({
        "specversion": "1.0", "id": "DN-1/1", "source": "/publishers/erp", "type": "dev.souk.goods.received.v1",
        "subject": "deliveries/DN-1", "time": "2026-01-02T03:04:05+01:00",
    })
}

fn data() -> Value {
    json!({
        "delivery_note": "DN-1", "lines": [{ "sku": "MUG", "quantity": 1 }], "received_at": "2026-01-02T03:04:05Z",
    })
}

fn checked(attributes: &Value, data: Value) -> Result<cloudevents::Event, Vec<Mistake>> {
    let scopes = ["publish:dev.souk.goods.received.v1".to_owned()];
    let candidate = Candidate {
        attributes: serde_json::from_value(attributes.clone()).unwrap(),
        data: Ok(data),
    };
    check(candidate, &Publisher::new("erp", &scopes))
}

/// What is said about an event that differs from a good one in this attribute.
fn with(name: &str, value: Value) -> Vec<Mistake> {
    let mut attributes = attributes();
    attributes[name] = value;
    checked(&attributes, data()).err().unwrap_or_default()
}

#[test]
fn a_good_event_goes_on_as_it_is_and_gets_its_partition_key() {
    let event = checked(&attributes(), data()).unwrap();
    assert_eq!(event.id(), "DN-1/1");
    assert_eq!(event.source(), "/publishers/erp");
    assert_eq!(event.subject(), Some("deliveries/DN-1"));
    assert_eq!(
        event.time().unwrap().to_rfc3339(),
        "2026-01-02T02:04:05+00:00"
    );
    assert_eq!(event.extension("partitionkey"), Some(&"DN-1".into()));
    assert_eq!(
        Value::try_from(event.data().unwrap().clone()).unwrap(),
        data()
    );
}

#[test]
fn an_attribute_that_has_to_be_there_may_be_neither_absent_nor_empty_nor_a_number() {
    for name in ["specversion", "id", "source", "type"] {
        let mut without = attributes();
        without.as_object_mut().unwrap().remove(name);
        let absent = checked(&without, data()).unwrap_err();
        assert_eq!(
            (absent[0].field.as_str(), absent[0].detail.as_str()),
            (name, "is absent")
        );
        for value in [json!(""), json!(" "), json!(7), json!("a b")] {
            assert_eq!(with(name, value)[0].field, name);
        }
    }
}

#[test]
fn an_attribute_that_may_be_absent_is_right_or_refused() {
    for (name, value) in [
        ("specversion", "0.3"),
        ("subject", ""),
        ("time", "yesterday"),
        ("time", "2026-01-02T03:04:05"),
        ("time", "2016-12-31T23:59:60Z"),
        ("dataschema", "relative/schema"),
        ("dataschema", "https://souk.example/a|b"),
        ("datacontenttype", "text/xml"),
    ] {
        let mistakes = with(name, json!(value));
        assert_eq!(mistakes.len(), 1, "{name}: {value}");
        assert_eq!(
            (mistakes[0].kind, mistakes[0].field.as_str()),
            (Kind::Wrong, name)
        );
    }
    for (name, value) in [
        ("dataschema", "https://souk.example/schemas/goods"),
        ("datacontenttype", "application/json; charset=utf-8"),
    ] {
        assert_eq!(with(name, json!(value)), [], "{name}: {value}");
    }
}

#[test]
fn nobody_speaks_as_somebody_else_or_of_what_is_not_theirs() {
    for (name, value) in [
        ("source", "/functions/orders"),
        ("source", "/publishers/carrier"),
        ("type", "dev.souk.parcel.moved.v1"),
        ("type", "dev.souk.order.placed.v1"),
        ("type", "dev.souk.no.such.v1"),
    ] {
        let mistakes = with(name, json!(value));
        assert_eq!(mistakes.len(), 1, "{name}: {value}");
        assert_eq!(
            (mistakes[0].kind, mistakes[0].field.as_str()),
            (Kind::Forbidden, name)
        );
    }
}

#[test]
fn every_mistake_is_named_at_once_with_its_path() {
    let mut attributes = attributes();
    attributes["id"] = json!("");
    attributes["time"] = json!("soon");
    attributes["knativeerrordest"] = json!("x");
    let mut data = data();
    data["lines"][0]["quantity"] = json!(0);
    let mistakes = checked(&attributes, data).unwrap_err();
    let fields: Vec<_> = mistakes.iter().map(|mistake| &*mistake.field).collect();
    assert_eq!(
        fields,
        ["id", "time", "data.lines[0].quantity", "knativeerrordest"]
    );
}

#[test]
fn data_that_no_broker_would_take_is_refused() {
    let mut data = data();
    data["note"] = json!("x".repeat(900_000));
    let mistakes = checked(&attributes(), data).unwrap_err();
    assert!(
        mistakes[0].detail.contains("the broker takes"),
        "{}",
        mistakes[0].detail
    );
}
