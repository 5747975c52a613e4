//! Which names Kubernetes takes, and the addresses that names have in the cluster.

use crate::fields::Field;
use crate::model::ObjectName;

/// Where a Knative Service answers.
pub(crate) fn service_address(service: &ObjectName) -> String {
    format!(
        "http://{}.{}.svc.cluster.local",
        service.name, service.namespace
    )
}

/// Where a Broker of class Kafka takes events.
#[must_use]
pub fn broker_address(broker: &ObjectName) -> String {
    const INGRESS: &str = "http://kafka-broker-ingress.knative-eventing.svc.cluster.local";
    format!("{INGRESS}/{}/{}", broker.namespace, broker.name)
}

/// What Knative calls a Broker's topic in Kafka (`config-kafka-features`).
#[must_use]
pub fn broker_topic(broker: &ObjectName) -> String {
    format!("knative-broker-{}-{}", broker.namespace, broker.name)
}

/// What Knative calls a Trigger's consumer group in Kafka (`config-kafka-features`).
#[must_use]
pub fn consumer_group(trigger: &ObjectName) -> String {
    format!("knative-trigger-{}-{}", trigger.namespace, trigger.name)
}

/// RFC 1123 label: a namespace.
pub(crate) fn is_label(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| word(*byte));
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| word(*byte) || *byte == b'-')
}

/// RFC 1123 subdomain: most objects.
pub(crate) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

/// RFC 1035 label: a Knative Service, whose name becomes part of an address.
pub(crate) fn is_service(name: &str) -> bool {
    is_label(name) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// The text of a field, when it is a name by this rule.
pub(crate) fn checked<'a>(field: &Field<'a>, rule: fn(&str) -> bool) -> Option<&'a str> {
    let name = field.text()?;
    if rule(name) {
        return Some(name);
    }
    field.wrong(format!(
        "`{name}` is not a name: small letters, digits and dashes, with a letter first"
    ));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kubernetes() {
        assert!(is_service("orders") && is_service("a-1"));
        for wrong in ["", "1a", "-a", "a-", "A", "a.b", "a_b"] {
            assert!(!is_service(wrong), "{wrong}");
        }
        assert!(is_label("1a") && is_subdomain("a.b-c.1"));
        assert!(!is_subdomain("a..b") && !is_label(&"a".repeat(64)));
    }
}
