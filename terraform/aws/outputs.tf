output "name_servers" {
  description = "Where the zone above domain_name must delegate to: NS records."
  value       = aws_route53_zone.this.name_servers
}

output "kubeconfig_command" {
  description = "Makes the context that terraform/cluster and kubectl use."
  value       = "aws eks update-kubeconfig --name ${aws_eks_cluster.this.name} --region ${var.aws_region} --alias ${local.name}"
}

output "deployer_role_arn" {
  description = "What GitLab's jobs of this environment become (id_tokens, AWS_ROLE_ARN)."
  value       = aws_iam_role.deployer.arn
}

output "backups_bucket" {
  description = "Where dumps go."
  value       = aws_s3_bucket.this["backups"].id
}

output "artefacts_bucket" {
  description = "Where the pipeline puts what is no image."
  value       = aws_s3_bucket.this["artefacts"].id
}

output "secrets_to_fill" {
  description = "Secrets whose values only people know, and the keys they need. README.md has the commands."
  value       = { for name, keys in local.given_secrets : aws_secretsmanager_secret.this[name].name => keys }
}

output "function_roles" {
  description = "The role of each function that has one."
  value       = { for function, role in aws_iam_role.function : function => role.arn }
}

output "cluster" {
  description = "What terraform/cluster needs to know: terraform -chdir=terraform/aws output -json cluster > terraform/cluster/aws.auto.tfvars.json"
  value = {
    environment  = var.environment
    aws_region   = var.aws_region
    cluster_name = aws_eks_cluster.this.name
    domain_name  = var.domain_name

    payment_provider_url = var.payment_provider_url

    kong_node_port = local.kong_node_port

    postgres = {
      host        = aws_db_instance.primary.address
      read_host   = var.postgres.read_replica ? aws_db_instance.replica[0].address : aws_db_instance.primary.address
      generations = { for function in local.postgres_functions : function => local.generations["${function}-database"] }
    }

    secrets = {
      prefix = "souk/${var.environment}/"
      # What becomes a Secret in the shop's namespace as it is.
      names = sort(setsubtract(
        concat(keys(local.made_fields), keys(local.given_secrets)),
        concat(keys(local.logins), ["postgres-master", "grafana-admin"]),
      ))
      generations = { for name, generation in local.generations : name => generation if !contains(keys(local.logins), name) }
    }

    volumes_key_arn = aws_kms_key.this["volumes"].arn

    buckets = { for name in ["logs", "traces"] : name => aws_s3_bucket.this[name].id }

    function_roles = { for function, role in aws_iam_role.function : function => role.arn }

    role_arns = { for role in ["cluster-autoscaler", "external-secrets", "loki", "tempo"] : role => aws_iam_role.platform[role].arn }
  }
}
