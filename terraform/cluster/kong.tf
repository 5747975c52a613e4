# The gateway: Kong without a database and without its ingress controller, which no longer speaks Knative. How it runs is
# gateway-config/helm; its routes are gateway-config/kong.yaml, rendered. The load balancer in front is in terraform/aws.

resource "helm_release" "kong_config" {
  name      = "kong-config"
  namespace = "kong"
  chart     = "${path.module}/charts/kong-config"
  atomic    = true

  values = [yamlencode({ domainName = var.domain_name })]

  # A Secret, although it holds none: whoever reads it knows every limit.
  set_sensitive = [{
    name  = "declarativeConfig"
    value = base64encode(file(var.kong_declarative_config_path))
  }]

  depends_on = [helm_release.foundations]
}

resource "helm_release" "kong" {
  name       = "kong"
  namespace  = "kong"
  repository = local.charts.kong.repository
  chart      = local.charts.kong.chart
  version    = local.charts.kong.version
  atomic     = true
  timeout    = 600

  values = [
    # gate-keys brings identity's keys to Kong: before it starts, and while it runs.
    replace(file("${path.module}/../../gateway-config/helm/values.yaml"), "registry.example.com/souk/gate-keys", var.gate_keys_image),
    file("${path.module}/../../gateway-config/helm/${local.overlay}.yaml"),
    yamlencode({
      # Kong does not notice that a file has changed: a new checksum replaces it, one instance after the other. The values hold
      # directives for its nginx, in a ConfigMap.
      podAnnotations = {
        "souk.dev/declarative-config" = filesha256(var.kong_declarative_config_path)
        "souk.dev/values"             = filesha256("${path.module}/../../gateway-config/helm/values.yaml")
      }
      # The load balancer goes to these nodes only, by TLS.
      nodeSelector = { "souk.dev/nodes" = "platform" }
      proxy        = { type = "NodePort", tls = { nodePort = var.kong_node_port } }
    }),
  ]

  # Its ServiceMonitor is a kind of Prometheus' operator.
  depends_on = [helm_release.kong_config, helm_release.prometheus]
}
