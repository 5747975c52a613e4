# Who may enter the cluster. Nobody is in it who is not here: the cluster knows no aws-auth ConfigMap.

resource "aws_eks_access_entry" "admin" {
  for_each = toset(var.cluster_admin_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = aws_eks_access_entry.admin

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

# The pipeline: it deploys functions and events, and cannot touch the platform. Knative's and Strimzi's kinds are no part of
# AWS's policies; a ClusterRole of terraform/cluster gives them to this group.
resource "aws_eks_access_entry" "deployer" {
  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = aws_iam_role.deployer.arn
  kubernetes_groups = ["souk:deployers"]
}

locals {
  gitlab_provider_arn = "arn:aws:iam::${var.aws_account_id}:oidc-provider/${var.gitlab.host}"
}

resource "aws_iam_openid_connect_provider" "gitlab" {
  count = var.gitlab.create_provider ? 1 : 0

  url            = "https://${var.gitlab.host}"
  client_id_list = ["https://${var.gitlab.host}"]
}

resource "aws_iam_role" "deployer" {
  name        = "${local.name}-deployer"
  description = "GitLab jobs of the environment ${var.environment}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.gitlab_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      # Only from protected branches and tags: a merge request's pipeline cannot deploy.
      Condition = {
        StringEquals = { "${var.gitlab.host}:aud" = "https://${var.gitlab.host}" }
        StringLike   = { "${var.gitlab.host}:sub" = [for kind in ["branch:ref:main", "tag:ref:v*"] : "project_path:${var.gitlab.project_path}:ref_type:${kind}"] }
      }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.gitlab]
}

resource "aws_iam_role_policy" "deployer" {
  name = "find-the-cluster"
  role = aws_iam_role.deployer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "eks:DescribeCluster"
      Resource = aws_eks_cluster.this.arn
    }]
  })
}
