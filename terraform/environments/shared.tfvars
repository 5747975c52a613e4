# What the environments share, in an account of its own.
aws_account_id = "111111111111"
aws_region     = "eu-central-1"
gitlab         = { project_path = "souk/souk" }

environment_account_ids = {
  dev        = "333333333333"
  staging    = "222222222222"
  production = "444444444444"
}
