# A key for each purpose: whoever may read the carts may not for that reason read the backups. Who may use a key is said
# by IAM policies of this account; a few services are named here because IAM cannot.

locals {
  kms_keys = {
    cluster  = "Secrets in the cluster's etcd"
    database = "PostgreSQL: storage, backups, Performance Insights"
    tables   = "DynamoDB tables"
    secrets  = "Secrets Manager"
    storage  = "S3 buckets"
    volumes  = "EBS volumes of the cluster: Kafka, Prometheus"
    logs     = "CloudWatch log groups"
  }

  kms_services = {
    logs = [{
      Sid       = "CloudWatchLogs"
      Effect    = "Allow"
      Principal = { Service = "logs.${var.aws_region}.amazonaws.com" }
      Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
      Resource  = "*"
      Condition = {
        ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.aws_region}:${var.aws_account_id}:log-group:*" }
      }
    }]
  }
}

resource "aws_kms_key" "this" {
  for_each = local.kms_keys

  description             = "${local.name}: ${each.value}"
  enable_key_rotation     = true
  deletion_window_in_days = var.protected ? 30 : 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "AccountByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.aws_account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }], lookup(local.kms_services, each.key, []))
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.kms_keys

  name          = "alias/${local.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].id
}
