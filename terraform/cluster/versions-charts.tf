# Which version of what. One line to change, one plan to read.

locals {
  charts = {
    knative_operator   = { repository = "https://knative.github.io/operator", chart = "knative-operator", version = "v1.22.0" }
    strimzi            = { repository = "oci://quay.io/strimzi-helm", chart = "strimzi-kafka-operator", version = "1.2.0" }
    kong               = { repository = "https://charts.konghq.com", chart = "kong", version = "3.4.1" }
    external_secrets   = { repository = "https://charts.external-secrets.io", chart = "external-secrets", version = "1.3.2" }
    cluster_autoscaler = { repository = "https://kubernetes.github.io/autoscaler", chart = "cluster-autoscaler", version = "9.46.6" }
    prometheus         = { repository = "https://prometheus-community.github.io/helm-charts", chart = "kube-prometheus-stack", version = "67.8.0" }
    loki               = { repository = "https://grafana.github.io/helm-charts", chart = "loki", version = "6.29.0" }
    tempo              = { repository = "https://grafana.github.io/helm-charts", chart = "tempo", version = "1.18.2" }
    opentelemetry      = { repository = "https://open-telemetry.github.io/opentelemetry-helm-charts", chart = "opentelemetry-collector", version = "0.158.3" }
  }

  # What the Knative operator installs: the newest patch of this release that it knows.
  knative_version = "1.22"
  # Release of knative-extensions/eventing-kafka-broker.
  kafka_broker_version = "1.22.0"
}
