//! `eventing.knative.dev/v1` Broker.

use super::delivery;
use crate::config::{Configs, Held};
use crate::fields::Fields;
use crate::known::Known;
use crate::mistake::Report;
use crate::model::{BrokerPlan, ConfigKind, DeliveryPlan, ObjectName};
use crate::object::Object;

/// A Broker, and the delivery of those Triggers that have none.
pub(crate) struct Broker {
    pub(crate) plan: BrokerPlan,
    pub(crate) delivery: DeliveryPlan,
}

/// Reads a Broker. `configs` hold how its topic is made.
pub(crate) fn read(object: &mut Object<'_>, configs: &Configs, known: &Known) -> Option<Broker> {
    match object.annotations.take("eventing.knative.dev/broker.class") {
        Some(("Kafka", _)) => (),
        Some((_, field)) => field.wrong("only Kafka is supported here"),
        None => {
            let missing =
                "metadata.annotations: `eventing.knative.dev/broker.class: Kafka` is missing";
            object.fields.report().add(&object.at, missing);
        }
    }
    let mut spec = object.fields.required("spec")?.fields()?;
    let namespace = &object.name.namespace;
    let delivery = match spec.take("delivery") {
        Some(field) => delivery::read(&field, namespace, known),
        None => delivery::of_the_cluster(),
    };
    let config = spec.required("config").and_then(|field| field.fields());
    let partitions = partitions(config?, namespace, configs)?;
    Some(Broker {
        plan: BrokerPlan {
            object: object.name.clone(),
            partitions,
        },
        delivery,
    })
}

fn partitions(mut config: Fields<'_>, namespace: &str, configs: &Configs) -> Option<u32> {
    let report = config.report();
    for (name, only) in [("apiVersion", "v1"), ("kind", "ConfigMap")] {
        if let Some(field) = config.required(name)
            && field.text().is_some_and(|text| text != only)
        {
            field.wrong(format!("must be {only}"));
        }
    }
    let name = config.required("name");
    let namespace = config.text("namespace").unwrap_or(namespace);
    let name = name?;
    let object = ObjectName {
        namespace: namespace.to_owned(),
        name: name.text()?.to_owned(),
    };
    match configs.find(ConfigKind::ConfigMap, &object) {
        Some(held) => topic(&held, report),
        None => {
            name.wrong(format!(
                "there is no ConfigMap {namespace}/{} in the manifests",
                object.name
            ));
            None
        }
    }
}

/// The broker refuses a ConfigMap without these; only the partitions mean something without Kafka.
fn topic(held: &Held<'_>, report: &Report) -> Option<u32> {
    let positive = |key: &str| {
        let number = held
            .data
            .get(key)
            .and_then(|text| text.trim().parse::<u32>().ok());
        let number = number.filter(|number| *number > 0);
        if number.is_none() {
            report.add(
                held.at,
                format!("data: `{key}` must be a number above 0, in quotes"),
            );
        }
        number
    };
    if !held.data.contains_key("bootstrap.servers") {
        report.add(held.at, "data: `bootstrap.servers` is missing");
    }
    positive("default.topic.replication.factor");
    positive("default.topic.partitions")
}
