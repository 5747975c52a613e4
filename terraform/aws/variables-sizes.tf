# How large the shop is, and what it may cost. What production must have is refused otherwise.

variable "kubernetes_version" {
  description = "Version of the control plane and the nodes. One minor version up at a time."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.(3[3-9]|[4-9]\\d)$", var.kubernetes_version))
    error_message = "kubernetes_version must be 1.33 or newer, without a patch number: the shop is tried on 1.34, and EKS takes extra money for old versions."
  }
}

variable "nat_gateways" {
  description = "one: cheap, and its zone's failure cuts the shop off from mail and payment. one_per_zone: no zone needs another."
  type        = string

  validation {
    condition     = contains(["one", "one_per_zone"], var.nat_gateways)
    error_message = "nat_gateways must be one or one_per_zone."
  }

  validation {
    condition     = var.environment != "production" || var.nat_gateways == "one_per_zone"
    error_message = "nat_gateways must be one_per_zone in production: with one, the failure of its zone stops all payments."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached without the NAT gateways. S3 and DynamoDB always are, and cost nothing."
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "sts", "secretsmanager"]

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "interface_endpoints must be the last part of the service's name, like ecr.api."
  }

  validation {
    condition     = contains(var.interface_endpoints, "ecr.api") == contains(var.interface_endpoints, "ecr.dkr")
    error_message = "interface_endpoints must have both ecr.api and ecr.dkr or neither: an image is pulled by both."
  }
}

variable "platform_nodes" {
  description = "Nodes for what always runs, counted for each zone: Kafka, Knative, Kong, observability."
  type = object({
    instance_types = list(string)
    min_per_zone   = number
    max_per_zone   = number
  })

  validation {
    condition     = var.platform_nodes.min_per_zone >= 1 && var.platform_nodes.max_per_zone >= var.platform_nodes.min_per_zone
    error_message = "platform_nodes needs min_per_zone of at least 1, because a Kafka node lives in each zone, and max_per_zone of at least min_per_zone."
  }
}

variable "function_nodes" {
  description = "Nodes for the functions. They come and go with the load; min may be 0."
  type = object({
    instance_types = list(string)
    min            = number
    max            = number
    spot           = bool
  })

  validation {
    condition     = var.function_nodes.min >= 0 && var.function_nodes.max >= max(1, var.function_nodes.min)
    error_message = "function_nodes needs min of at least 0 and max of at least 1 and min."
  }

  validation {
    condition     = var.environment != "production" || !var.function_nodes.spot
    error_message = "function_nodes.spot must be false in production: AWS takes spot nodes back within two minutes, many at once."
  }
}

variable "postgres" {
  description = "The PostgreSQL server: one database and one role for each function that has tables."
  type = object({
    version        = optional(string, "18")
    instance_class = string
    storage_gb     = number
    storage_max_gb = number
    multi_az       = bool
    read_replica   = bool
    backup_days    = number
  })

  validation {
    condition     = can(regex("^1[5-9](\\.\\d+)?$", var.postgres.version))
    error_message = "postgres.version must be 15 or newer: the functions' migrations are tested from 15 on."
  }

  validation {
    condition     = startswith(var.postgres.instance_class, "db.")
    error_message = "postgres.instance_class must be a class of RDS, like db.m7g.large."
  }

  validation {
    condition     = var.postgres.storage_gb >= 20 && var.postgres.storage_max_gb >= var.postgres.storage_gb
    error_message = "postgres.storage_gb must be at least 20, and storage_max_gb at least storage_gb."
  }

  validation {
    condition     = var.postgres.backup_days >= 1 && var.postgres.backup_days <= 35
    error_message = "postgres.backup_days must be 1 to 35: without backups there is no read replica and no way back."
  }

  validation {
    condition     = var.environment != "production" || (var.postgres.multi_az && var.postgres.read_replica && var.postgres.backup_days >= 14)
    error_message = "In production postgres must have multi_az, a read_replica and 14 backup_days or more: it holds every order and payment."
  }
}

variable "protected" {
  description = "Whether stores, keys and the gateway's load balancer refuse to be destroyed."
  type        = bool
  default     = true

  validation {
    condition     = var.environment != "production" || var.protected
    error_message = "protected must be true in production: a wrong destroy would take the orders along."
  }
}

variable "log_days" {
  description = "How long CloudWatch keeps logs of the control plane and the network."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400, 731], var.log_days)
    error_message = "log_days must be one of 7, 14, 30, 60, 90, 180, 365, 400 and 731: CloudWatch knows no others that make sense here."
  }

  validation {
    condition     = var.environment != "production" || var.log_days >= 365
    error_message = "log_days must be 365 or more in production: who did what must be found a year later."
  }
}

variable "monthly_budget" {
  description = "What a month may cost, in dollars, and who is told at 80 % and when the forecast is above it."
  type = object({
    usd    = number
    emails = list(string)
  })

  validation {
    condition     = var.monthly_budget.usd > 0 && length(var.monthly_budget.emails) > 0
    error_message = "monthly_budget needs a sum above 0 and at least one address that is told."
  }
}
