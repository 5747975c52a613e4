# What the shop is watched with: Prometheus, Grafana and alerts; Loki for logs, Tempo for traces, both in S3; the OpenTelemetry
# collectors through which everything comes; and, as a chart of ours, dashboards, rules and whose pods are read.

resource "helm_release" "prometheus" {
  name       = "prometheus"
  namespace  = "observability"
  repository = local.charts.prometheus.repository
  chart      = local.charts.prometheus.chart
  version    = local.charts.prometheus.version
  atomic     = true
  timeout    = 600

  values = [
    file("${path.module}/values/prometheus.yaml"),
    yamlencode({ prometheus = { prometheusSpec = {
      replicas       = var.environment == "production" ? 2 : 1
      externalLabels = { environment = var.environment }
    } } }),
  ]

  depends_on = [helm_release.grafana_admin]
}

# Grafana's password, as a Secret that its chart finds.
resource "helm_release" "grafana_admin" {
  name      = "grafana-admin"
  namespace = "observability"
  chart     = "${path.module}/charts/grafana-admin"
  atomic    = true

  values = [yamlencode({ awsRegion = var.aws_region, remoteName = "${var.secrets.prefix}grafana-admin" })]

  depends_on = [helm_release.external_secrets]
}

resource "helm_release" "loki" {
  name       = "loki"
  namespace  = "observability"
  repository = local.charts.loki.repository
  chart      = local.charts.loki.chart
  version    = local.charts.loki.version
  atomic     = true
  timeout    = 600

  values = [
    file("${path.module}/values/loki.yaml"),
    yamlencode({
      serviceAccount = { name = "loki", annotations = { "eks.amazonaws.com/role-arn" = var.role_arns.loki } }
      loki = { storage = {
        type        = "s3"
        bucketNames = { chunks = var.buckets.logs, ruler = var.buckets.logs }
        s3          = { region = var.aws_region }
      } }
    }),
  ]

  depends_on = [helm_release.foundations]
}

resource "helm_release" "tempo" {
  name       = "tempo"
  namespace  = "observability"
  repository = local.charts.tempo.repository
  chart      = local.charts.tempo.chart
  version    = local.charts.tempo.version
  atomic     = true
  timeout    = 300

  values = [
    file("${path.module}/values/tempo.yaml"),
    yamlencode({
      serviceAccount = { name = "tempo", annotations = { "eks.amazonaws.com/role-arn" = var.role_arns.tempo } }
      tempo = { storage = { trace = {
        backend = "s3"
        s3      = { bucket = var.buckets.traces, endpoint = "s3.${var.aws_region}.amazonaws.com" }
      } } }
    }),
  ]

  depends_on = [helm_release.foundations]
}

# One for what is sent (traces, metrics), one on each node for what is written (logs).
resource "helm_release" "opentelemetry" {
  for_each = toset(["otel-collector", "otel-agent"])

  name       = each.key
  namespace  = "observability"
  repository = local.charts.opentelemetry.repository
  chart      = local.charts.opentelemetry.chart
  version    = local.charts.opentelemetry.version
  atomic     = true
  timeout    = 300

  values = [file("${path.module}/values/${each.key}.yaml")]

  depends_on = [helm_release.prometheus]
}

# Dashboards (made by terraform/dashboards), rules, and which pods Prometheus reads. Their kinds are those of Prometheus' operator.
resource "helm_release" "observability" {
  name      = "observability"
  namespace = "observability"
  chart     = "${path.module}/charts/observability"
  atomic    = true

  values = [yamlencode({ repositoryUrl = var.repository_url })]

  depends_on = [helm_release.prometheus]
}
