# The keys of the state and of the images. The environments' accounts may use them, through S3 and ECR only.

locals {
  accounts = [for id in values(var.environment_account_ids) : "arn:aws:iam::${id}:root"]

  keys = {
    state  = { purpose = "Terraform's state", service = "s3", actions = ["kms:Decrypt", "kms:GenerateDataKey"] }
    images = { purpose = "Container images", service = "ecr", actions = ["kms:Decrypt"] }
  }
}

resource "aws_kms_key" "this" {
  for_each = local.keys

  description             = "souk: ${each.value.purpose}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountByIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.aws_account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Environments"
        Effect    = "Allow"
        Principal = { AWS = local.accounts }
        Action    = each.value.actions
        Resource  = "*"
        Condition = { StringEquals = { "kms:ViaService" = "${each.value.service}.${var.aws_region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/souk-${each.key}"
  target_key_id = aws_kms_key.this[each.key].id
}
