# For whoever changes the platform itself. The cheapest that still has every part; nothing in it is missed.
environment          = "dev"
aws_account_id       = "333333333333"
aws_region           = "eu-central-1"
availability_zones   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
vpc_cidr             = "10.30.0.0/16"
domain_name          = "dev.souk.example"
merchant_email       = "merchant@souk.example"
operator_email       = "operator@souk.example"
payment_provider_url = "https://api.stripe.com"

cluster_admin_arns = ["arn:aws:iam::333333333333:role/terraform"]
gitlab             = { project_path = "souk/souk" }

nat_gateways   = "one"
platform_nodes = { instance_types = ["m7i.large"], min_per_zone = 1, max_per_zone = 2 }
function_nodes = { instance_types = ["m7i.large", "m6i.large", "m7a.large"], min = 0, max = 4, spot = true }

postgres = {
  instance_class = "db.t4g.medium"
  storage_gb     = 20
  storage_max_gb = 100
  multi_az       = false
  read_replica   = false
  backup_days    = 1
}

protected      = false
log_days       = 7
monthly_budget = { usd = 650, emails = ["owner@souk.example"] }

# Everything by the NAT gateway.
interface_endpoints = []
