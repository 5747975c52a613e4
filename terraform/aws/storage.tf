# Buckets: for people (artefacts, backups), for Loki (logs) and Tempo (traces), and one that keeps who has read the others.

locals {
  buckets = {
    artefacts = { days_until_cold = 90, days_kept = 365 }
    backups   = { days_until_cold = 30, days_kept = 400 }
    logs      = { days_until_cold = null, days_kept = var.environment == "production" ? 90 : 14 }
    traces    = { days_until_cold = null, days_kept = var.environment == "production" ? 30 : 7 }
  }

  all_buckets = merge(
    { for name, _ in local.buckets : name => aws_s3_bucket.this[name] },
    { access = aws_s3_bucket.access },
  )
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV2_AWS_62:Nobody waits for objects to arrive.
  #checkov:skip=CKV_AWS_144:One region is what the shop has; the loss of it is in docs/decisions/0011.
  #checkov:skip=CKV2_AWS_6:Below for all buckets; checkov follows for_each to the first only. tests/production.tftest.hcl counts them.
  #checkov:skip=CKV2_AWS_61:As CKV2_AWS_6.
  #checkov:skip=CKV_AWS_21:As CKV2_AWS_6.
  #checkov:skip=CKV_AWS_145:As CKV2_AWS_6.

  for_each = local.buckets

  # Bucket names are taken worldwide; the account makes this one ours.
  bucket        = "${local.name}-${var.aws_account_id}-${each.key}"
  force_destroy = !var.protected
}

resource "aws_s3_bucket" "access" {
  #checkov:skip=CKV2_AWS_62:Nobody waits for objects to arrive.
  #checkov:skip=CKV_AWS_144:One region is what the shop has; the loss of it is in docs/decisions/0011.

  bucket        = "${local.name}-${var.aws_account_id}-access"
  force_destroy = !var.protected
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.all_buckets

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.all_buckets

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.all_buckets

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.all_buckets

  bucket = each.value.id

  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      # S3 writes access logs to no bucket that has a key of ours as its default.
      sse_algorithm     = each.key == "access" ? "AES256" : "aws:kms"
      kms_master_key_id = each.key == "access" ? null : aws_kms_key.this["storage"].arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = merge(local.buckets, { access = { days_until_cold = null, days_kept = 365 } })

  bucket = local.all_buckets[each.key].id

  rule {
    id     = "age"
    status = "Enabled"
    filter {}

    dynamic "transition" {
      for_each = each.value.days_until_cold == null ? [] : [each.value.days_until_cold]
      content {
        days          = transition.value
        storage_class = "STANDARD_IA"
      }
    }

    expiration {
      days = each.value.days_kept
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = local.buckets

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "${each.key}/"

  # S3 refuses a target that it may not write to.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.all_buckets

  bucket = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [each.value.arn, "${each.value.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      each.key != "access" ? [] : [{
        Sid       = "AccessLogsOfOurBuckets"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${each.value.arn}/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.aws_account_id }
          ArnLike      = { "aws:SourceArn" = [for name, _ in local.buckets : aws_s3_bucket.this[name].arn] }
        }
      }],
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
