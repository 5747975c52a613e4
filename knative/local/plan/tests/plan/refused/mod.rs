//! Manifests that are refused, each by one change to a right one.

mod eventing;
mod serving;
mod surroundings;
mod traffic;

use crate::files::{Files, changed};

/// One of each, all right.
const RIGHT: &str = r#"apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: orders
  namespace: souk
  labels: {part-of: souk}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/max-scale: "10"
    spec:
      timeoutSeconds: 60
      containers:
        - image: registry.example.com/souk/orders
          ports: [{containerPort: 8080}]
          env:
            - {name: A, value: a}
            - {name: B, valueFrom: {secretKeyRef: {name: b, key: b}}}
          readinessProbe: {httpGet: {path: /readyz}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kafka, namespace: souk}
data:
  bootstrap.servers: kafka:9092
  default.topic.partitions: "10"
  default.topic.replication.factor: "3"
---
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata:
  name: default
  namespace: souk
  annotations: {eventing.knative.dev/broker.class: Kafka}
spec:
  config: {apiVersion: v1, kind: ConfigMap, name: kafka}
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: orders-on-x
  namespace: souk
spec:
  broker: default
  filters: [{exact: {type: x}}]
  subscriber:
    ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: orders}
    uri: /events
  delivery:
    retry: 5
    backoffDelay: PT0.5S
---
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: {name: sweep, namespace: souk}
spec:
  schedule: "14,44 * * * *"
  contentType: application/json
  data: '{}'
  sink: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: orders}}
---
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: {name: all, namespace: souk}
spec:
  subject:
    apiVersion: serving.knative.dev/v1
    kind: Service
    selector: {matchLabels: {part-of: souk}}
  sink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: open, namespace: souk}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - {name: open, image: souk/open}
---
apiVersion: v1
kind: Secret
metadata: {name: held, namespace: souk}
data:
  key: aGVsbG8=
"#;

#[test]
fn the_manifests_that_are_changed_below_are_right() {
    let plan = Files::new(&[("m.yaml", RIGHT)]).load("").unwrap();
    assert_eq!(
        (
            plan.services.len(),
            plan.triggers.len(),
            plan.jobs.len(),
            plan.needs.len()
        ),
        (1, 1, 1, 1)
    );
}

/// What each change is answered with.
fn check(table: &[(&str, &str, &str)]) {
    for (from, to, expected) in table {
        let text = changed(RIGHT, from, to);
        let told = Files::new(&[("m.yaml", &text)])
            .load("")
            .err()
            .unwrap_or_default();
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{to}\nexpected {expected}\ntold     {told:#?}"
        );
    }
}

#[test]
fn what_is_wrong_elsewhere_is_told_with_its_line() {
    check(&[
        (
            "kind: Job",
            "kind: CronJob",
            "m.yaml:74: kind `CronJob` of batch/v1 is not supported here",
        ),
        (
            "apiVersion: batch/v1",
            "apiVersion: batch/v1beta1",
            "m.yaml:74: kind `Job` of batch/v1beta1 is not supported here; batch/v1 is",
        ),
        (
            "restartPolicy: Never",
            "restartPolicy: Always",
            "m.yaml:79: spec.template.spec.restartPolicy: must be Never or OnFailure",
        ),
        (
            "      restartPolicy: Never\n",
            "",
            "m.yaml:78: spec.template.spec.restartPolicy: is missing",
        ),
        (
            "name: open, image",
            "name: open, args: [$(B)], env: [{name: B, valueFrom: {configMapKeyRef: {name: c, key: c}}}], image",
            "m.yaml:81: spec.template.spec.containers[0].args[0]: `$(B)` is known only when the process starts",
        ),
        (
            "key: aGVsbG8=",
            "key: hello world",
            "m.yaml:87: data[key]: must be base64",
        ),
        (
            "metadata: {name: held, namespace: souk}",
            "metadata: {namespace: souk}",
            "m.yaml:85: metadata.name: is missing",
        ),
        (
            "name: held",
            "name: Held",
            "m.yaml:85: metadata.name: `Held` is not a name",
        ),
        (
            "kind: Secret\nmetadata: {name: held, namespace: souk}",
            "kind: ConfigMap\nmetadata: {name: kafka, namespace: souk}",
            "m.yaml:85: ConfigMap souk/kafka is there already, in m.yaml:24",
        ),
        (
            "kind: Secret\nmetadata: {name: held, namespace: souk}\ndata:\n  key: aGVsbG8=",
            "kind: Namespace\nmetadata: {name: souk, labels: {bindings.knative.dev/exclude: \"true\"}}",
            "m.yaml:85: metadata.labels: `bindings.knative.dev/exclude` is supported on objects",
        ),
    ]);
}

#[test]
fn all_mistakes_are_told_at_once_and_in_order() {
    let text = changed(RIGHT, "timeoutSeconds: 60", "timeoutSeconds: 0.5");
    let text = changed(&text, "broker: default", "broker: other");
    let told = Files::new(&[("b.yaml", &text), ("a.yaml", "a: [")])
        .load("")
        .unwrap_err();
    let at: Vec<&str> = told
        .iter()
        .map(|one| one.split(": ").next().unwrap())
        .collect();
    assert_eq!(at, ["a.yaml:1", "b.yaml:13", "b.yaml:45"], "{told:#?}");
}
