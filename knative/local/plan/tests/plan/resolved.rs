//! What manifests come to.

use souk_plan::model::{
    BackoffPolicy, ConfigKind, DeliveryPlan, EnvValue, Plan, ProbeAction, ScaleMetric, ServicePlan,
    TrafficTarget, TriggerPlan,
};

use crate::files::Files;

fn plan(text: &str) -> Plan {
    Files::new(&[("m.yaml", text)]).load("").unwrap()
}

/// A Service with these annotations, fields of its pod and fields of its container, each in flow style.
fn service(annotations: &str, pod: &str, container: &str) -> ServicePlan {
    let text = format!(
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {{name: f, namespace: ns}}\nspec:\n  template:\n    \
         metadata: {{annotations: {{{annotations}}}}}\n    spec: {{{pod} containers: [{{image: 'r:5/f@sha256:0', {container}}}]}}\n"
    );
    plan(&text).services.remove(0)
}

fn env(service: &ServicePlan) -> Vec<(&str, &EnvValue)> {
    service
        .container
        .env
        .iter()
        .map(|one| (one.name.as_str(), &one.value))
        .collect()
}

fn literal(text: &str) -> EnvValue {
    EnvValue::Literal(text.to_owned())
}

#[test]
fn a_bare_service_has_the_defaults_of_knative() {
    let service = service("", "", "");
    assert_eq!(service.revision, "f-00001");
    assert_eq!(
        (service.container_port, service.container_concurrency),
        (8080, 0)
    );
    assert_eq!(
        (
            service.timeout_seconds,
            service.response_start_timeout_seconds
        ),
        (300, None)
    );
    assert_eq!(service.container.executable, "f");
    assert_eq!(service.readiness.action, ProbeAction::TcpSocket);
    let scale = &service.scale;
    assert_eq!(
        (scale.min, scale.max, scale.initial, scale.activation),
        (0, 0, 1, 1)
    );
    assert_eq!(
        (scale.metric, scale.target, scale.utilization),
        (ScaleMetric::Concurrency, 100.0, 0.7)
    );
    assert_eq!(
        (
            scale.stable_window_seconds,
            scale.panic_window_percentage,
            scale.panic_threshold_percentage
        ),
        (60, 10.0, 200.0)
    );
}

#[test]
fn the_target_is_capped_by_the_concurrency_limit() {
    for (annotations, limit, expected) in [
        ("", 0, 100.0),
        ("", 5, 5.0),
        ("autoscaling.knative.dev/target: '3'", 5, 3.0),
        ("autoscaling.knative.dev/target: '9'", 5, 5.0),
        (
            "autoscaling.knative.dev/target: '9', autoscaling.knative.dev/metric: rps",
            5,
            9.0,
        ),
        ("autoscaling.knative.dev/metric: rps", 5, 200.0),
    ] {
        let service = service(annotations, &format!("containerConcurrency: {limit},"), "");
        assert_eq!(service.scale.target, expected, "{annotations} {limit}");
    }
}

#[test]
fn annotations_may_have_their_older_names_and_words_of_other_tools_are_free() {
    let scale = service("autoscaling.knative.dev/minScale: '2', autoscaling.knative.dev/window: 2m, example.com/x: y z", "", "").scale;
    assert_eq!((scale.min, scale.stable_window_seconds), (2, 120));
}

#[test]
fn a_long_timeout_brings_knatives_limit_for_the_first_byte() {
    for (pod, expected) in [
        ("timeoutSeconds: 600,", Some(300)),
        ("timeoutSeconds: 60,", None),
        (
            "timeoutSeconds: 60, responseStartTimeoutSeconds: 10,",
            Some(10),
        ),
        ("timeoutSeconds: 60, responseStartTimeoutSeconds: 90,", None),
    ] {
        assert_eq!(
            service("", pod, "").response_start_timeout_seconds,
            expected,
            "{pod}"
        );
    }
}

#[test]
fn values_may_refer_to_variables_before_them() {
    let service = service(
        "",
        "",
        "env: [{name: A, value: a}, {name: B, value: '$(A)/$(C)/$$(A)'}, {name: C}], args: ['--b=$(B)']",
    );
    assert_eq!(
        env(&service),
        [
            ("A", &literal("a")),
            ("B", &literal("a/$(C)/$(A)")),
            ("C", &literal(""))
        ]
    );
    assert_eq!(service.container.args, ["--b=a/$(C)/$(A)"]);
}

const BINDING: &str = "
---
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: {name: b, namespace: ns}
spec:
  subject: {apiVersion: serving.knative.dev/v1, kind: Service, selector: {matchLabels: {x: one}}}
  sink: {uri: http://sink.example/in}
  ceOverrides: {extensions: {shop: one}}
";

#[test]
fn a_binding_replaces_the_variables_and_comes_last() {
    let function = |labels: &str| {
        format!(
            "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {{name: f, namespace: ns, labels: {{{labels}}}}}\nspec:\n  \
             template:\n    spec: {{containers: [{{image: f, env: [{{name: K_SINK, value: mine}}, {{name: A, value: a}}]}}]}}\n{BINDING}"
        )
    };
    let bound = &plan(&function("x: one")).services[0];
    let sink = literal("http://sink.example/in");
    let overrides = literal(r#"{"extensions":{"shop":"one"}}"#);
    assert_eq!(
        env(bound),
        [
            ("A", &literal("a")),
            ("K_SINK", &sink),
            ("K_CE_OVERRIDES", &overrides)
        ]
    );
    for labels in ["x: two", "x: one, bindings.knative.dev/exclude: 'true'"] {
        assert_eq!(
            env(&plan(&function(labels)).services[0])[0],
            ("K_SINK", &literal("mine")),
            "{labels}"
        );
    }
}

#[test]
fn needs_are_what_no_manifest_holds_once_and_optional_only_if_for_all() {
    let job = |name: &str, optional: bool| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}, namespace: ns}}\nspec:\n  template:\n    spec:\n      \
             restartPolicy: Never\n      containers:\n        - name: j\n          image: j\n          envFrom: [{{configMapRef: {{name: all}}}}]\n          \
             env:\n            - name: KEY\n              valueFrom: {{secretKeyRef: {{name: s, key: k, optional: {optional}}}}}\n            \
             - name: HELD\n              valueFrom: {{configMapKeyRef: {{name: held, key: k}}}}\n---\n"
        )
    };
    let held =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, namespace: ns}\ndata: {k: v}\n";
    let plan = plan(&(job("a", true) + &job("b", false) + held));
    assert_eq!(plan.needs.len(), 2, "{:#?}", plan.needs);
    let (all, key) = (&plan.needs[0], &plan.needs[1]);
    assert_eq!(
        (all.kind, all.object.name.as_str(), &all.key),
        (ConfigKind::ConfigMap, "all", &None)
    );
    assert_eq!(
        (key.kind, key.key.as_deref(), key.optional),
        (ConfigKind::Secret, Some("k"), false)
    );
    assert!(
        key.wanted_by.starts_with("Job ns/b, env KEY (") && key.wanted_by.ends_with("m.yaml:30)"),
        "{}",
        key.wanted_by
    );
}

/// The Trigger of a Broker, each with this `delivery`, if any.
fn trigger(of_broker: &str, of_trigger: &str) -> TriggerPlan {
    let text = format!(
        "apiVersion: v1
kind: ConfigMap
metadata: {{name: kafka, namespace: ns}}
data: {{bootstrap.servers: k, default.topic.partitions: '3', default.topic.replication.factor: '1'}}
---
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {{name: b, namespace: ns, annotations: {{eventing.knative.dev/broker.class: Kafka}}}}
spec:
  config: {{apiVersion: v1, kind: ConfigMap, name: kafka}}
  {of_broker}
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {{name: t, namespace: ns, annotations: {{kafka.eventing.knative.dev/delivery.order: Ordered}}}}
spec:
  broker: b
  subscriber: {{ref: {{apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}}, uri: /extra}}
  {of_trigger}
"
    );
    let mut plan = plan(&text);
    assert_eq!(plan.brokers[0].partitions, 3);
    plan.triggers.remove(0)
}

#[test]
fn a_uri_beside_a_reference_is_resolved_as_urls_are() {
    let trigger = trigger("", "");
    assert_eq!(
        trigger.subscriber,
        "http://kafka-broker-ingress.knative-eventing.svc.cluster.local/extra"
    );
    assert!(trigger.ordered);
}

#[test]
fn a_triggers_delivery_replaces_the_brokers_whole() {
    let plan =
        |retry, backoff_policy, backoff_delay_ms, timeout_ms, sink: Option<&str>| DeliveryPlan {
            retry,
            backoff_policy,
            backoff_delay_ms,
            timeout_ms,
            dead_letter_sink: sink.map(str::to_owned),
        };
    let full = "delivery: {retry: 3, backoffPolicy: linear, backoffDelay: PT1.29S, timeout: PT30S, deadLetterSink: {uri: http://d}}";
    let nothing = plan(0, BackoffPolicy::Exponential, 200, 600_000, None);
    for (of_broker, of_trigger, expected) in [
        (
            "",
            "",
            plan(10, BackoffPolicy::Exponential, 200, 600_000, None),
        ),
        ("delivery: {}", "", nothing.clone()),
        (
            full,
            "",
            plan(3, BackoffPolicy::Linear, 1_200, 30_000, Some("http://d")),
        ),
        (full, "delivery: {}", nothing),
        (
            full,
            "delivery: {retry: 1}",
            plan(1, BackoffPolicy::Exponential, 200, 600_000, None),
        ),
    ] {
        assert_eq!(
            trigger(of_broker, of_trigger).delivery,
            expected,
            "{of_broker} {of_trigger}"
        );
    }
}

#[test]
fn secrets_are_decoded_and_plain_text_wins() {
    let plan = plan(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: aGk=, b: aGk=}\nstringData: {b: plain}\n",
    );
    let data: Vec<(&str, &str)> = plan.config[0]
        .data
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(data, [("a", "hi"), ("b", "plain")]);
}

#[test]
fn a_jobs_hash_is_that_of_its_template() {
    let hash = |image: &str, more: &str| {
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: j}}\nspec:\n  {more}\n  template: {{spec: {{restartPolicy: Never, \
             containers: [{{name: j, image: {image}}}]}}}}\n"
        );
        plan(&text).jobs.remove(0).template_hash
    };
    assert_eq!(hash("a", ""), hash("a", "backoffLimit: 1"));
    assert_ne!(hash("a", ""), hash("b", ""));
}

/// A Service with this in its `spec`, its template in flow style.
fn with_spec(spec: &str) -> ServicePlan {
    let head =
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: f, namespace: ns}\n";
    plan(&format!("{head}spec:\n{spec}")).services.remove(0)
}

#[test]
fn traffic_is_read_with_the_defaults_of_knative() {
    let template = "  template: {spec: {containers: [{image: f}]}}\n";
    let traffic = |written: &str| with_spec(&format!("  traffic: {written}\n{template}")).traffic;
    assert_eq!(with_spec(template).traffic, None);
    assert_eq!(traffic("[]"), None);
    let target = |revision: Option<&str>, percent, tag: Option<&str>| TrafficTarget {
        revision: revision.map(str::to_owned),
        percent,
        tag: tag.map(str::to_owned),
    };
    let written =
        "[{revisionName: f-00001, percent: 95}, {latestRevision: true, percent: 5}, {tag: next}]";
    assert_eq!(
        traffic(written).unwrap(),
        [
            target(Some("f-00001"), 95, None),
            target(None, 5, None),
            target(None, 0, Some("next"))
        ]
    );
}

#[test]
fn the_hash_changes_with_the_template_and_with_nothing_else() {
    let hash = |spec: &str| with_spec(spec).template_hash;
    let first = hash("  template: {spec: {timeoutSeconds: 60, containers: [{image: f}]}}\n");
    let written_otherwise = "  traffic: [{percent: 100}]\n  template:\n    spec:\n      timeoutSeconds: 60\n      containers: [{image: 'f'}]\n";
    assert_eq!(hash(written_otherwise), first);
    for changed in [
        "  template: {spec: {timeoutSeconds: 61, containers: [{image: f}]}}\n",
        "  template: {spec: {timeoutSeconds: 60, containers: [{image: 'f:2'}]}}\n",
        "  template: {metadata: {annotations: {a: b}}, spec: {timeoutSeconds: 60, containers: [{image: f}]}}\n",
    ] {
        assert_ne!(hash(changed), first, "{changed}");
    }
}

#[test]
fn a_sink_binding_changes_the_template_of_what_it_binds() {
    let service = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: f, namespace: ns, labels: {x: one}}\n\
                   spec: {template: {spec: {containers: [{image: f}]}}}\n";
    let alone = plan(service).services.remove(0);
    let bound = plan(&format!("{service}{BINDING}")).services.remove(0);
    assert_ne!(alone.template_hash, bound.template_hash);
}
