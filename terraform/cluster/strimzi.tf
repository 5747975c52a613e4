# The operator of the Kafka cluster in eventing/kafka.

resource "helm_release" "strimzi" {
  name       = "strimzi"
  namespace  = "kafka"
  repository = local.charts.strimzi.repository
  chart      = local.charts.strimzi.chart
  version    = local.charts.strimzi.version
  atomic     = true
  timeout    = 300

  values = [file("${path.module}/values/strimzi.yaml")]

  depends_on = [helm_release.foundations]
}
