# The gateway: Kong without a database and without its ingress controller, which no longer speaks Knative. Its routes are
# gateway-config/kong.yaml, rendered.

resource "kubernetes_secret_v1" "kong_declarative_config" {
  metadata {
    name      = "kong-declarative-config"
    namespace = kubernetes_namespace_v1.platform["kong"].metadata[0].name
  }

  # A Secret, because the publishers' API keys are in it.
  data = {
    "kong.yml" = file(var.kong_declarative_config_path)
  }
}

resource "helm_release" "kong" {
  name       = "kong"
  namespace  = kubernetes_namespace_v1.platform["kong"].metadata[0].name
  repository = "https://charts.konghq.com"
  chart      = "kong"
  version    = var.kong_chart_version
  atomic     = true
  timeout    = 300

  values = [yamlencode({
    replicaCount      = var.kong_replicas
    ingressController = { enabled = false }
    dblessConfig      = { secret = kubernetes_secret_v1.kong_declarative_config.metadata[0].name }
    env = {
      database = "off"
      # Functions that were just created must not stay unknown for long.
      dns_not_found_ttl = 1
    }
    admin   = { enabled = false }
    manager = { enabled = false }
    proxy   = { type = "LoadBalancer" }
    status  = { enabled = true }
    # Kong does not notice that the file has changed: a new checksum restarts it, one instance after the other.
    podAnnotations = {
      "souk.dev/declarative-config" = filesha256(var.kong_declarative_config_path)
    }
  })]
}
