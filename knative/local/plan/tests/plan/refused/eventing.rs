//! Brokers, Triggers, PingSources and SinkBindings.

use super::check;

#[test]
fn what_is_wrong_in_eventing_is_told_with_its_line() {
    check(&[
        (
            "broker.class: Kafka",
            "broker.class: MTChannelBasedBroker",
            "m.yaml:35: metadata.annotations[eventing.knative.dev/broker.class]: only Kafka",
        ),
        (
            "name: kafka}\n---",
            "name: kafkas}\n---",
            "m.yaml:37: spec.config.name: there is no ConfigMap souk/kafkas in the manifests",
        ),
        (
            "default.topic.partitions: \"10\"",
            "default.topic.partitions: \"0\"",
            "m.yaml:24: data: `default.topic.partitions` must be a number above 0",
        ),
        (
            "broker: default",
            "broker: defalt",
            "m.yaml:45: spec.broker: there is no Broker souk/defalt in the manifests",
        ),
        (
            "broker: default",
            "broker: default\n  fliter: {}",
            "m.yaml:46: spec.fliter: there is no such field; did you mean `filter`?",
        ),
        (
            "kind: Service, name: orders}\n    uri",
            "kind: Service, name: order}\n    uri",
            "m.yaml:48: spec.subscriber.ref.name: there is no Service souk/order in the manifests",
        ),
        (
            "kind: Service, name: orders}\n    uri",
            "kind: Channel, name: orders}\n    uri",
            "m.yaml:48: spec.subscriber.ref.kind: serving.knative.dev/v1 Channel is not supported",
        ),
        (
            "uri: /events",
            "uri: http://a/events",
            "m.yaml:49: spec.subscriber.uri: must be relative",
        ),
        (
            "retry: 5",
            "retry: -1",
            "m.yaml:51: spec.delivery.retry: must be 0 or more",
        ),
        (
            "retry: 5",
            "retryAfterMax: PT1S",
            "m.yaml:51: spec.delivery.retryAfterMax: is refused by Knative",
        ),
        (
            "retry: 5",
            "backoffPolicy: random",
            "m.yaml:51: spec.delivery.backoffPolicy: `random` must be linear or exponential",
        ),
        (
            "retry: 5",
            "deadLetterSink: {uri: /events}",
            "m.yaml:51: spec.delivery.deadLetterSink.uri: must be a URL",
        ),
        (
            "retry: 5",
            "timeout: PT0.05S",
            "m.yaml:51: spec.delivery.timeout: must be PT0.1S or more",
        ),
        (
            "backoffDelay: PT0.5S",
            "backoffDelay: 500ms",
            "m.yaml:52: spec.delivery.backoffDelay: must be an ISO 8601 duration",
        ),
        (
            "backoffDelay: PT0.5S",
            "backoffDelay: PT0.05S",
            "m.yaml:52: spec.delivery.backoffDelay: below PT0.1S the Kafka broker does not retry at all",
        ),
        (
            "14,44 * * * *",
            "14,64 * * * *",
            "m.yaml:58: spec.schedule: `14,64 * * * *` is no schedule (",
        ),
        (
            "data: '{}'",
            "data: '{'",
            "m.yaml:60: spec.data: is not JSON as contentType says",
        ),
        (
            "data: '{}'",
            "timezone: Europe/Atlantis",
            "m.yaml:60: spec.timezone: there is no time zone `Europe/Atlantis`",
        ),
        (
            "data: '{}'",
            "ceOverrides: {extensions: {type: x}}",
            "m.yaml:60: spec.ceOverrides.extensions[type]: `type` is an attribute",
        ),
        (
            "selector: {matchLabels: {part-of: souk}}",
            "name: nobody",
            "m.yaml:70: spec.subject.name: there is no Service souk/nobody",
        ),
        (
            "selector: {matchLabels: {part-of: souk}}",
            "namespace: souk",
            "m.yaml:67: spec.subject: must have one of name and selector",
        ),
    ]);
}
