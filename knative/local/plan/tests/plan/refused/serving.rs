//! Knative Services.

use super::check;

#[test]
fn what_is_wrong_in_a_service_is_told_with_its_line() {
    check(&[
        (
            "timeoutSeconds: 60",
            "timeoutSecond: 60",
            "m.yaml:13: spec.template.spec.timeoutSecond: there is no such field; did you mean `timeoutSeconds`?",
        ),
        (
            "image: registry.example.com/souk/orders",
            "image: registry.example.com/souk/..",
            "m.yaml:15: spec.template.spec.containers[0].image: `registry.example.com/souk/..` is not an image's name",
        ),
        (
            "timeoutSeconds: 60",
            "timeoutSeconds: 601",
            "m.yaml:13: spec.template.spec.timeoutSeconds: must be from 0 to 600",
        ),
        (
            "timeoutSeconds: 60",
            "timeoutSeconds: \"60\"",
            "m.yaml:13: spec.template.spec.timeoutSeconds: must be a whole number",
        ),
        (
            "timeoutSeconds: 60",
            "containerConcurrency: 1001",
            "m.yaml:13: spec.template.spec.containerConcurrency: must be from 0 to 1000",
        ),
        (
            "timeoutSeconds: 60",
            "automountServiceAccountToken: true",
            "m.yaml:13: spec.template.spec.automountServiceAccountToken: Knative takes only false",
        ),
        (
            "timeoutSeconds: 60",
            "nodeSelector: {a: b}",
            "m.yaml:13: spec.template.spec.nodeSelector: is refused by Knative unless",
        ),
        (
            "timeoutSeconds: 60",
            "terminationGracePeriodSeconds: 5",
            "m.yaml:13: spec.template.spec.terminationGracePeriodSeconds: this field is not supported",
        ),
        (
            "timeoutSeconds: 60",
            "volumes: []",
            "m.yaml:13: spec.template.spec.volumes: is not supported here",
        ),
        (
            "max-scale: \"10\"",
            "max-scale: 10",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/max-scale]: must be text: put it in quotes",
        ),
        (
            "max-scale: \"10\"",
            "max-scale: ten",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/max-scale]: must be 0 or more",
        ),
        (
            "max-scale: \"10\"",
            "max-scales: \"10\"",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/max-scales]: this annotation",
        ),
        (
            "max-scale: \"10\"",
            "initial-scale: \"0\"",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/initial-scale]: must be 1",
        ),
        (
            "max-scale: \"10\"",
            "window: 5s",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/window]: must be a duration in whole seconds from 6s to 1h",
        ),
        (
            "max-scale: \"10\"",
            "class: hpa.autoscaling.knative.dev",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/class]: `hpa",
        ),
        (
            "max-scale: \"10\"",
            "metric: cpu",
            "m.yaml:11: spec.template.metadata.annotations[autoscaling.knative.dev/metric]: `cpu` is not supported",
        ),
        (
            "labels: {part-of: souk}",
            "annotations: {autoscaling.knative.dev/min-scale: \"1\"}",
            "m.yaml:6: metadata.annotations[autoscaling.knative.dev/min-scale]: `autoscaling.knative.dev/min-scale` must stand in spec.template",
        ),
        (
            "labels: {part-of: souk}",
            "labels: {part-of: souk, networking.knative.dev/visibility: public}",
            "m.yaml:6: metadata.labels[networking.knative.dev/visibility]: this label",
        ),
        (
            "containerPort: 8080",
            "containerPort: 8012",
            "m.yaml:16: spec.template.spec.containers[0].ports[0].containerPort: 8012 is a port of Knative's own",
        ),
        (
            "containerPort: 8080",
            "name: h2c, containerPort: 8080",
            "m.yaml:16: spec.template.spec.containers[0].ports[0].name: must be `http1`",
        ),
        (
            "name: A, value: a",
            "name: PORT, value: a",
            "m.yaml:18: spec.template.spec.containers[0].env[0].name: `PORT` is set by Knative",
        ),
        (
            "name: A, value: a",
            "name: A, value: yes",
            "m.yaml:18: spec.template.spec.containers[0].env[0].value: must be text: put it in quotes",
        ),
        (
            "name: A, value: a",
            "name: A, valueFrom: {fieldRef: {fieldPath: x}}",
            "m.yaml:18: spec.template.spec.containers[0].env[0].valueFrom.fieldRef: is refused by Knative",
        ),
        (
            "secretKeyRef: {name: b, key: b}",
            "secretKeyRef: {name: held, key: b}",
            "m.yaml:19: Secret souk/held (m.yaml:85) has no key `b`",
        ),
        (
            "httpGet: {path: /readyz}",
            "exec: {command: [ls]}",
            "m.yaml:20: spec.template.spec.containers[0].readinessProbe.exec: is not supported",
        ),
        (
            "httpGet: {path: /readyz}",
            "timeoutSeconds: 3",
            "m.yaml:20: spec.template.spec.containers[0].readinessProbe.timeoutSeconds: may not be set when",
        ),
        (
            "httpGet: {path: /readyz}",
            "httpGet: {port: 9}",
            "m.yaml:20: spec.template.spec.containers[0].readinessProbe.httpGet.port: must be the container's port 8080",
        ),
        (
            "readinessProbe:",
            "livenessProbe:",
            "m.yaml:20: spec.template.spec.containers[0].livenessProbe: is not supported here; readinessProbe is",
        ),
    ]);
}
