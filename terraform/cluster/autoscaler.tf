# Nodes come when pods do not fit, and go when they are not needed.

resource "helm_release" "cluster_autoscaler" {
  name       = "cluster-autoscaler"
  namespace  = "kube-system"
  repository = local.charts.cluster_autoscaler.repository
  chart      = local.charts.cluster_autoscaler.chart
  version    = local.charts.cluster_autoscaler.version
  atomic     = true
  timeout    = 300

  values = [
    file("${path.module}/values/cluster-autoscaler.yaml"),
    yamlencode({
      awsRegion     = var.aws_region
      autoDiscovery = { clusterName = var.cluster_name }
      rbac = { serviceAccount = {
        name        = "cluster-autoscaler"
        annotations = { "eks.amazonaws.com/role-arn" = var.role_arns.cluster-autoscaler }
      } }
    }),
  ]
}
