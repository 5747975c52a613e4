# The operator of the Kafka cluster in eventing/kafka.

resource "helm_release" "strimzi" {
  name       = "strimzi"
  namespace  = kubernetes_namespace_v1.platform["kafka"].metadata[0].name
  repository = "oci://quay.io/strimzi-helm"
  chart      = "strimzi-kafka-operator"
  version    = var.strimzi_version
  atomic     = true
  timeout    = 300
}
