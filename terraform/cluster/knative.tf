# Knative: the operator, and what it is to install. The custom resources come as a chart of their own, because their kinds do
# not exist before the operator does.

resource "helm_release" "knative_operator" {
  name       = "knative-operator"
  namespace  = "knative-operator"
  repository = local.charts.knative_operator.repository
  chart      = local.charts.knative_operator.chart
  version    = local.charts.knative_operator.version
  atomic     = true
  timeout    = 300

  depends_on = [helm_release.foundations]
}

resource "helm_release" "knative_platform" {
  name      = "knative-platform"
  namespace = "knative-operator"
  chart     = "${path.module}/charts/knative-platform"
  atomic    = true
  timeout   = 600

  values = [yamlencode({
    knativeVersion     = local.knative_version
    kafkaBrokerVersion = local.kafka_broker_version
    replicas           = var.environment == "production" ? 3 : 2
  })]

  depends_on = [helm_release.knative_operator]
}
