# The shop. A zone may fail; nothing is destroyed by mistake.
environment          = "production"
aws_account_id       = "444444444444"
aws_region           = "eu-central-1"
availability_zones   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
vpc_cidr             = "10.10.0.0/16"
domain_name          = "souk.example"
merchant_email       = "merchant@souk.example"
operator_email       = "operator@souk.example"
payment_provider_url = "https://api.stripe.com"

cluster_admin_arns = ["arn:aws:iam::444444444444:role/terraform"]
gitlab             = { project_path = "souk/souk" }

nat_gateways   = "one_per_zone"
platform_nodes = { instance_types = ["m7i.xlarge"], min_per_zone = 1, max_per_zone = 3 }
function_nodes = { instance_types = ["m7i.large", "m6i.large"], min = 2, max = 20, spot = false }

postgres = {
  # 16 GB: about 1,700 connections, and the functions may ask for 1,120 (knative/README.md).
  instance_class = "db.m7g.xlarge"
  storage_gb     = 100
  storage_max_gb = 1000
  multi_az       = true
  read_replica   = true
  backup_days    = 35
}

protected      = true
log_days       = 365
monthly_budget = { usd = 2700, emails = ["owner@souk.example"] }
