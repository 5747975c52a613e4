# External Secrets: what Secrets Manager holds becomes the Kubernetes Secrets that knative/base names, and follows when it
# changes. It alone may read them in AWS.

resource "helm_release" "external_secrets" {
  name       = "external-secrets"
  namespace  = "external-secrets"
  repository = local.charts.external_secrets.repository
  chart      = local.charts.external_secrets.chart
  version    = local.charts.external_secrets.version
  atomic     = true
  timeout    = 300

  values = [
    file("${path.module}/values/external-secrets.yaml"),
    yamlencode({
      serviceAccount = {
        name        = "external-secrets"
        annotations = { "eks.amazonaws.com/role-arn" = var.role_arns.external-secrets }
      }
    }),
  ]

  depends_on = [helm_release.foundations]
}

# The rest of what knative/base refers to and does not hold: addresses as ConfigMaps, Secrets by ExternalSecret, and the AWS
# roles of the functions' ServiceAccounts.
resource "helm_release" "shop" {
  name      = "shop"
  namespace = "souk"
  chart     = "${path.module}/charts/shop"
  atomic    = true

  values = [yamlencode({
    awsRegion          = var.aws_region
    paymentProviderUrl = var.payment_provider_url
    publicUrl          = "https://${var.domain_name}"
    postgres           = var.postgres
    secrets            = var.secrets
    functionRoles      = var.function_roles
  })]

  # A new login must be in the database before a function hears of it.
  depends_on = [helm_release.databases]
}
