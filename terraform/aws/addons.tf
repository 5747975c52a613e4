# What AWS installs in the cluster and keeps current. A node is not ready without the network's, so that comes first.

resource "aws_eks_addon" "before_nodes" {
  for_each = {
    vpc-cni = {
      role = aws_iam_role.platform["vpc-cni"].arn
      # NetworkPolicies are enforced by the CNI itself; knative/base has them.
      configuration = { enableNetworkPolicy = "true" }
    }
    kube-proxy = { role = null, configuration = {} }
  }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  service_account_role_arn    = each.value.role
  configuration_values        = jsonencode(each.value.configuration)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"
}

resource "aws_eks_addon" "after_nodes" {
  for_each = {
    coredns            = null
    metrics-server     = null
    aws-ebs-csi-driver = aws_iam_role.platform["ebs-csi"].arn
  }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  service_account_role_arn    = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  depends_on = [aws_eks_node_group.this]
}
