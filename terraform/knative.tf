# Knative: the operator, and what it is to install. The custom resources come as a chart of their own, because Terraform's
# kubernetes_manifest cannot plan a resource whose definition does not exist yet.

resource "helm_release" "knative_operator" {
  name       = "knative-operator"
  namespace  = kubernetes_namespace_v1.platform["knative-operator"].metadata[0].name
  repository = "https://knative.github.io/operator"
  chart      = "knative-operator"
  version    = var.knative_operator_version
  atomic     = true
  timeout    = 300
}

resource "helm_release" "knative_platform" {
  name      = "knative-platform"
  namespace = kubernetes_namespace_v1.platform["knative-operator"].metadata[0].name
  chart     = "${path.module}/charts/knative-platform"
  atomic    = true
  timeout   = 600

  values = [yamlencode({
    knativeVersion     = var.knative_version
    kafkaBrokerVersion = var.kafka_broker_version
    servingNamespace   = kubernetes_namespace_v1.platform["knative-serving"].metadata[0].name
    eventingNamespace  = kubernetes_namespace_v1.platform["knative-eventing"].metadata[0].name
  })]

  depends_on = [helm_release.knative_operator]
}
