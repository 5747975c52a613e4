terraform {
  # Write-only arguments keep passwords out of the state; they exist from 1.11 on.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # Where the state is: environments/<environment>.s3.tfbackend.
  backend "s3" {}
}
