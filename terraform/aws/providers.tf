provider "aws" {
  region = var.aws_region
  # Whoever is logged in to another account changes nothing.
  allowed_account_ids = [var.aws_account_id]

  default_tags {
    tags = {
      Project     = "souk"
      Environment = var.environment
      ManagedBy   = "terraform/aws"
    }
  }
}
