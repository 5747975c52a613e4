# As ../aws/moto_override.tf, for terraform/shared.

provider "aws" {
  s3_use_path_style = true
  max_retries       = 2
}

# moto refuses what a policy denies under any condition; here it would deny whoever comes without TLS, which is everybody.
resource "aws_s3_bucket_policy" "state" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.aws_account_id}:root" }
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
    }]
  })
}
