# What the pipeline deploys to first. As production, but smaller, and a zone may fail.
environment          = "staging"
aws_account_id       = "222222222222"
aws_region           = "eu-central-1"
availability_zones   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
vpc_cidr             = "10.20.0.0/16"
domain_name          = "staging.souk.example"
merchant_email       = "merchant@souk.example"
operator_email       = "operator@souk.example"
payment_provider_url = "https://api.stripe.com"

cluster_admin_arns = ["arn:aws:iam::222222222222:role/terraform"]
gitlab             = { project_path = "souk/souk" }

nat_gateways   = "one"
platform_nodes = { instance_types = ["m7i.large"], min_per_zone = 1, max_per_zone = 2 }
function_nodes = { instance_types = ["m7i.large", "m6i.large", "m7a.large"], min = 0, max = 4, spot = true }

postgres = {
  instance_class = "db.t4g.medium"
  storage_gb     = 20
  storage_max_gb = 100
  multi_az       = false
  read_replica   = true
  backup_days    = 7
}

protected      = true
log_days       = 30
monthly_budget = { usd = 900, emails = ["owner@souk.example"] }
