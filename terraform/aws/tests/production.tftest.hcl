# The whole of production, made against a mocked AWS: what must hold whatever the sizes are.
# terraform test -var-file=../environments/production.tfvars

mock_provider "aws" {
  source = "./tests/mocks"
}

run "production" {
  assert {
    condition     = aws_db_instance.primary.multi_az && aws_db_instance.primary.storage_encrypted && aws_db_instance.primary.deletion_protection && !aws_db_instance.primary.publicly_accessible
    error_message = "The database outlives a zone and a mistake, and nobody outside reaches it."
  }

  assert {
    condition     = length(aws_db_instance.replica) == 1 && one(aws_db_instance.replica).replicate_source_db == aws_db_instance.primary.identifier
    error_message = "Lists have a replica to be read from."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "The database refuses whoever comes without TLS."
  }

  assert {
    condition     = alltrue([for table in aws_dynamodb_table.this : table.billing_mode == "PAY_PER_REQUEST" && table.point_in_time_recovery[0].enabled && table.deletion_protection_enabled && table.ttl[0].attribute_name == "expires_at" && !coalesce(table.stream_enabled, false)])
    error_message = "Tables are paid by the request, can be taken back to any second, forget by expires_at, and have no stream that nobody reads."
  }

  assert {
    condition = alltrue([for kind in [
      aws_s3_bucket_public_access_block.this, aws_s3_bucket_ownership_controls.this, aws_s3_bucket_versioning.this, aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_lifecycle_configuration.this, aws_s3_bucket_policy.this,
    ] : toset(keys(kind)) == toset(["access", "artefacts", "backups", "logs", "traces"])])
    error_message = "Every bucket is closed, encrypted, versioned, tidied, and takes TLS only."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3
    error_message = "Each zone has its own way out."
  }

  assert {
    condition     = !aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "Nobody outside reaches Kubernetes' API unless an address was named."
  }

  assert {
    condition     = length(setintersection(keys(aws_secretsmanager_secret.this), ["customer-account"])) == 0
    error_message = "Production opens without the customer that fills other shops."
  }
}

run "a_function_may_use_its_own_table_and_nothing_else" {
  assert {
    condition     = toset(keys(aws_iam_role.function)) == toset(["carts", "catalog", "notifications"])
    error_message = "Only functions that keep their items in DynamoDB have a role."
  }

  assert {
    condition = alltrue([for function, role in aws_iam_role.function :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals == {
        "oidc.eks.example/id/MOCKED:sub" = "system:serviceaccount:souk:${function}"
        "oidc.eks.example/id/MOCKED:aud" = "sts.amazonaws.com"
    }])
    error_message = "A function's role believes the ServiceAccount of its name, for AWS, and no other."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]]]))
    error_message = "A function's actions are named one by one."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : !contains(flatten([statement.Resource]), "*")]]))
    error_message = "A function's resources are named one by one."
  }

  assert {
    condition     = length(jsondecode(aws_iam_role_policy.function["carts"].policy).Statement[0].Resource) == 1 && length(jsondecode(aws_iam_role_policy.function["catalog"].policy).Statement[0].Resource) == 2
    error_message = "Indexes are allowed only where there are some."
  }
}

run "a_renewed_password_is_a_new_login" {
  variables {
    secret_generations = { orders-database = 2 }
  }

  assert {
    condition     = local.logins["orders-database"].username == "orders_b" && local.logins["payments-database"].username == "payments_a"
    error_message = "The second password of orders belongs to its other login; the first login stays good meanwhile."
  }

  assert {
    condition     = aws_secretsmanager_secret_version.made["orders-database"].secret_string_wo_version == 2 && output.cluster.postgres.generations.orders == 2
    error_message = "The number reaches Secrets Manager and the cluster."
  }
}
