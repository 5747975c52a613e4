# Roles of what runs the functions. Each belongs to one ServiceAccount of a chart in terraform/cluster, or of an add-on.

locals {
  platform_roles = {
    vpc-cni            = { service_account = "kube-system:aws-node", managed = "AmazonEKS_CNI_Policy" }
    ebs-csi            = { service_account = "kube-system:ebs-csi-controller-sa", managed = "service-role/AmazonEBSCSIDriverPolicy" }
    cluster-autoscaler = { service_account = "kube-system:cluster-autoscaler", managed = null }
    external-secrets   = { service_account = "external-secrets:external-secrets", managed = null }
    loki               = { service_account = "observability:loki", managed = null }
    tempo              = { service_account = "observability:tempo", managed = null }
  }

  platform_policies = {
    ebs-csi = [
      {
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource = aws_kms_key.this["volumes"].arn
      },
      {
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = aws_kms_key.this["volumes"].arn
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]

    cluster-autoscaler = [
      {
        # AWS knows no narrower resource for looking.
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "autoscaling:DescribeTags",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = "eks:DescribeNodegroup"
        Resource = "arn:aws:eks:${var.aws_region}:${var.aws_account_id}:nodegroup/${local.name}/*"
      },
      {
        Effect    = "Allow"
        Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        Resource  = "arn:aws:autoscaling:${var.aws_region}:${var.aws_account_id}:autoScalingGroup:*"
        Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.name}" = "owned" } }
      },
    ]

    # It alone reads secrets, and only this shop's; knative/base says which function sees which.
    external-secrets = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
        Resource = values(aws_secretsmanager_secret.this)[*].arn
      },
      {
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = aws_kms_key.this["secrets"].arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.aws_region}.amazonaws.com" } }
      },
    ]

    loki  = local.bucket_access["logs"]
    tempo = local.bucket_access["traces"]
  }

  # Reading and writing one bucket.
  bucket_access = { for bucket, _ in local.buckets : bucket => [
    {
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = aws_s3_bucket.this[bucket].arn
    },
    {
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      Resource = "${aws_s3_bucket.this[bucket].arn}/*"
    },
    {
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = aws_kms_key.this["storage"].arn
      Condition = { StringEquals = { "kms:ViaService" = "s3.${var.aws_region}.amazonaws.com" } }
    },
  ] }
}

resource "aws_iam_role" "platform" {
  for_each = local.platform_roles

  name               = "${local.name}-${each.key}"
  description        = "The ServiceAccount ${each.value.service_account}"
  assume_role_policy = local.trust[each.key]
}

resource "aws_iam_role_policy_attachment" "platform" {
  for_each = { for role, it in local.platform_roles : role => it.managed if it.managed != null }

  role       = aws_iam_role.platform[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "platform" {
  for_each = local.platform_policies

  name   = "own"
  role   = aws_iam_role.platform[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
