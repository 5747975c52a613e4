# Values that are refused, each by the variable that it was given for. What is not set here comes from production.tfvars.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "refuses_an_environment_without_a_file" {
  command = plan

  variables {
    environment = "test"
  }

  expect_failures = [var.environment]
}

run "refuses_an_account_that_is_no_number" {
  command = plan

  variables {
    aws_account_id = "souk-production"
  }

  expect_failures = [var.aws_account_id]
}

run "refuses_a_region_that_is_a_place" {
  command = plan

  variables {
    aws_region         = "Frankfurt"
    availability_zones = ["Frankfurta", "Frankfurtb", "Frankfurtc"]
  }

  expect_failures = [var.aws_region]
}

run "refuses_two_zones" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_the_same_zone_twice" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1b"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_zones_of_another_region" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_a_network_that_is_too_small" {
  command = plan

  variables {
    vpc_cidr = "10.10.0.0/24"
  }

  expect_failures = [var.vpc_cidr]
}

run "refuses_a_domain_with_a_dot_at_its_end" {
  command = plan

  variables {
    domain_name = "souk.example."
  }

  expect_failures = [var.domain_name]
}

run "refuses_the_whole_internet_at_the_api" {
  command = plan

  variables {
    cluster_public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.cluster_public_access_cidrs]
}

run "refuses_a_cluster_that_nobody_may_enter" {
  command = plan

  variables {
    cluster_admin_arns = []
  }

  expect_failures = [var.cluster_admin_arns]
}

run "refuses_a_wildcard_as_a_project" {
  command = plan

  variables {
    gitlab = { project_path = "souk/*" }
  }

  expect_failures = [var.gitlab]
}

run "refuses_a_generation_of_a_secret_that_is_not_made" {
  command = plan

  variables {
    secret_generations = { order-database = 2 }
  }

  expect_failures = [var.secret_generations]
}

run "refuses_half_a_generation" {
  command = plan

  variables {
    secret_generations = { orders-database = 1.5 }
  }

  expect_failures = [var.secret_generations]
}

run "refuses_an_old_kubernetes" {
  command = plan

  variables {
    kubernetes_version = "1.29"
  }

  expect_failures = [var.kubernetes_version]
}

run "refuses_one_nat_gateway_in_production" {
  command = plan

  variables {
    nat_gateways = "one"
  }

  expect_failures = [var.nat_gateways]
}

run "refuses_half_of_ecr" {
  command = plan

  variables {
    interface_endpoints = ["ecr.api"]
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_a_zone_without_a_platform_node" {
  command = plan

  variables {
    platform_nodes = { instance_types = ["m7i.xlarge"], min_per_zone = 0, max_per_zone = 3 }
  }

  expect_failures = [var.platform_nodes]
}

run "refuses_spot_nodes_in_production" {
  command = plan

  variables {
    function_nodes = { instance_types = ["m7i.large"], min = 2, max = 20, spot = true }
  }

  expect_failures = [var.function_nodes]
}

run "refuses_production_in_one_zone" {
  command = plan

  variables {
    postgres = { instance_class = "db.m7g.large", storage_gb = 100, storage_max_gb = 1000, multi_az = false, read_replica = true, backup_days = 35 }
  }

  expect_failures = [var.postgres]
}

run "refuses_a_database_without_backups" {
  command = plan

  variables {
    postgres = { instance_class = "db.m7g.large", storage_gb = 100, storage_max_gb = 1000, multi_az = true, read_replica = true, backup_days = 0 }
  }

  expect_failures = [var.postgres]
}

run "refuses_production_without_protection" {
  command = plan

  variables {
    protected = false
  }

  expect_failures = [var.protected]
}

run "refuses_logs_that_are_gone_within_a_month" {
  command = plan

  variables {
    log_days = 30
  }

  expect_failures = [var.log_days]
}

run "refuses_a_budget_that_nobody_hears_of" {
  command = plan

  variables {
    monthly_budget = { usd = 1000, emails = [] }
  }

  expect_failures = [var.monthly_budget]
}

run "refuses_a_payment_provider_without_tls" {
  command = plan

  variables {
    payment_provider_url = "http://api.stripe.com"
  }

  expect_failures = [var.payment_provider_url]
}

run "refuses_an_operator_without_an_address" {
  command = plan

  variables {
    operator_email = "operator"
  }

  expect_failures = [var.operator_email]
}
