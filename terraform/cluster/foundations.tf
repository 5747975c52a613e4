# What everything else stands on: namespaces with their PodSecurity level, the class of volumes, what the pipeline may do.

locals {
  # Namespaces and how much a pod in them may ask for.
  namespaces = {
    databases        = "restricted"
    external-secrets = "restricted"
    kafka            = "restricted"
    knative-eventing = "baseline"
    knative-operator = "baseline"
    knative-serving  = "baseline"
    kong             = "restricted"
    # node-exporter and the log collector read the node's own files.
    observability = "privileged"
    # Its manifest in knative/base takes over.
    souk = "restricted"
  }

  # dev is run as staging is.
  overlay = var.environment == "dev" ? "staging" : var.environment
}

resource "helm_release" "foundations" {
  name      = "foundations"
  namespace = "kube-system"
  chart     = "${path.module}/charts/foundations"
  atomic    = true

  values = [yamlencode({
    environment = var.environment
    namespaces  = local.namespaces
    volumeClass = { name = var.volume_class, kmsKeyId = var.volumes_key_arn }
  })]
}
