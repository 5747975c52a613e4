# The output cluster of terraform/aws, field by field: terraform -chdir=terraform/aws output -json cluster.

variable "environment" {
  description = "Which shop this is."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "environment must be dev, staging or production; is aws.auto.tfvars.json there? terraform -chdir=terraform/aws output -json cluster > terraform/cluster/aws.auto.tfvars.json"
  }
}

variable "aws_region" {
  description = "Region of the tables, the secrets and the buckets."
  type        = string
}

variable "cluster_name" {
  description = "The cluster's name, which the autoscaler looks for in the tags of node groups."
  type        = string
}

variable "domain_name" {
  description = "The shop's name in the DNS."
  type        = string
}

variable "payment_provider_url" {
  description = "The payment provider's API."
  type        = string
}

variable "kong_node_port" {
  description = "The port of every node on which the load balancer expects Kong."
  type        = number

  validation {
    condition     = var.kong_node_port >= 30000 && var.kong_node_port <= 32767
    error_message = "kong_node_port must be 30000 to 32767: Kubernetes gives nodes no other ports."
  }
}

variable "postgres" {
  description = "The PostgreSQL server, the one for reading, and how often each function's password was renewed."
  type = object({
    host        = string
    read_host   = string
    generations = map(number)
  })
}

variable "secrets" {
  description = "The Secrets that are read from Secrets Manager as they are, and the prefix of their names there."
  type = object({
    prefix      = string
    names       = list(string)
    generations = map(number)
  })
}

variable "volumes_key_arn" {
  description = "The KMS key of the cluster's volumes."
  type        = string
}

variable "buckets" {
  description = "The buckets of Loki (logs) and Tempo (traces)."
  type        = object({ logs = string, traces = string })
}

variable "function_roles" {
  description = "The role of each function that talks to AWS: an annotation of its ServiceAccount."
  type        = map(string)
}

variable "role_arns" {
  description = "The roles of the platform's ServiceAccounts."
  type = object({
    cluster-autoscaler = string
    external-secrets   = string
    loki               = string
    tempo              = string
  })
}
