# Every namespace that something of the shop lives in. The functions' own namespace is in knative/base.

locals {
  namespaces = {
    knative-operator = "baseline"
    knative-serving  = "baseline"
    knative-eventing = "baseline"
    kafka            = "restricted"
    kong             = "baseline"
  }
}

resource "kubernetes_namespace_v1" "platform" {
  for_each = local.namespaces

  metadata {
    name = each.key
    labels = {
      "app.kubernetes.io/part-of"          = "souk"
      "souk.dev/environment"               = var.environment
      "pod-security.kubernetes.io/enforce" = each.value
    }
  }
}
