# A database, an owner and a login for each function with tables, made by a Job in the cluster: nobody outside reaches the
# server. It runs again when a password was renewed.

resource "helm_release" "databases" {
  name          = "databases"
  namespace     = "databases"
  chart         = "${path.module}/charts/databases"
  atomic        = true
  timeout       = 600
  wait_for_jobs = true

  values = [yamlencode({
    awsRegion     = var.aws_region
    secretsPrefix = var.secrets.prefix
    postgres      = var.postgres
  })]

  depends_on = [helm_release.external_secrets]
}
