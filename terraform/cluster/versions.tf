terraform {
  required_version = ">= 1.11"

  # Helm alone: everything in the cluster is a chart, of others or in charts/, so that it can be planned before its kinds exist.
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "3.0.2"
    }
  }

  # Where the state is: environments/<environment>.s3.tfbackend.
  backend "s3" {}
}
