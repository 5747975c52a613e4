//! `eventing.knative.dev/v1` Trigger.

use super::broker::Broker;
use super::{delivery, destination, filter};
use crate::fields::Field;
use crate::known::Known;
use crate::model::{ObjectName, TriggerPlan};
use crate::object::{Kind, Object};

/// Reads a Trigger; its Broker must be one of these.
pub(crate) fn read(
    object: &mut Object<'_>,
    brokers: &[Broker],
    known: &Known,
) -> Option<TriggerPlan> {
    let order = object
        .annotations
        .take("kafka.eventing.knative.dev/delivery.order");
    let ordered = order.is_some_and(|(order, field)| is_ordered(order, &field));
    let mut spec = object.fields.required("spec")?.fields()?;
    spec.refuse(&["brokerRef"], "is not supported here; broker is");
    let namespace = &object.name.namespace;
    let broker = spec
        .required("broker")
        .and_then(|field| broker(&field, namespace, known));
    let filters = filter::read(&mut spec);
    let subscriber = spec.required("subscriber");
    let subscriber = subscriber.and_then(|field| destination::read(&field, namespace, known));
    let own = spec
        .take("delivery")
        .map(|field| delivery::read(&field, namespace, known));
    let (broker, subscriber) = (broker?, subscriber?);
    let inherited = || {
        let found = brokers.iter().find(|one| one.plan.object == broker)?;
        Some(found.delivery.clone())
    };
    Some(TriggerPlan {
        object: object.name.clone(),
        delivery: own.or_else(inherited)?,
        broker,
        filters,
        subscriber,
        ordered,
    })
}

fn is_ordered(order: &str, field: &Field<'_>) -> bool {
    match order.to_ascii_lowercase().as_str() {
        "ordered" => return true,
        "unordered" => (),
        _ => field.wrong("must be ordered or unordered"),
    }
    false
}

fn broker(field: &Field<'_>, namespace: &str, known: &Known) -> Option<ObjectName> {
    let broker = ObjectName {
        namespace: namespace.to_owned(),
        name: field.text()?.to_owned(),
    };
    match known.missing(Kind::Broker, &broker) {
        Some(missing) => {
            field.wrong(missing);
            None
        }
        None => Some(broker),
    }
}
