# The bucket of Terraform's states: every version kept for a while, and each environment's account sees its own.

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV2_AWS_62:Nobody waits for objects to arrive.
  #checkov:skip=CKV_AWS_144:One region is what the shop has; the loss of it is in docs/decisions/0011.
  #checkov:skip=CKV_AWS_18:Every version is kept, and CloudTrail says who wrote it; a second bucket would tell nothing new.

  bucket = "souk-${var.aws_account_id}-state"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this["state"].arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 365
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      flatten([for environment, account in var.environment_account_ids : [
        {
          Sid       = "${title(environment)}Lists"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::${account}:root" }
          Action    = "s3:ListBucket"
          Resource  = aws_s3_bucket.state.arn
          # init looks for workspaces under env:/, of which there are none.
          Condition = { StringLike = { "s3:prefix" = ["${environment}/*", "env:/*"] } }
        },
        {
          Sid       = "${title(environment)}States"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::${account}:root" }
          # Deleting is for the lock's object; versions stay.
          Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
          Resource = "${aws_s3_bucket.state.arn}/${environment}/*"
        },
      ]]),
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.state]
}
