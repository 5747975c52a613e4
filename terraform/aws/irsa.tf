# How a pod becomes an IAM role: the cluster signs its ServiceAccount's token, and IAM believes the cluster (IRSA). Each role
# here names one ServiceAccount and the audience; no other pod can take it.

resource "aws_iam_openid_connect_provider" "cluster" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  cluster_issuer = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")

  service_accounts = merge(
    { for function, _ in local.dynamodb_functions : function => "${local.functions_namespace}:${function}" },
    { for role, it in local.platform_roles : role => it.service_account },
  )

  # Who may take which role.
  trust = { for role, service_account in local.service_accounts : role => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${local.cluster_issuer}:sub" = "system:serviceaccount:${service_account}"
        "${local.cluster_issuer}:aud" = "sts.amazonaws.com"
      } }
    }]
  }) }
}
