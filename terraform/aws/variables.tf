# Which shop this is, and where. How large it is: variables-sizes.tf.

variable "environment" {
  description = "Which shop this is. Its values are in environments/<environment>.tfvars."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "environment must be dev, staging or production, because only these have a file in terraform/environments."
  }
}

variable "aws_account_id" {
  description = "The account that this environment has for itself. Terraform refuses to work in any other."
  type        = string

  validation {
    condition     = can(regex("^\\d{12}$", var.aws_account_id))
    error_message = "aws_account_id must be twelve digits; aws sts get-caller-identity shows yours."
  }
}

variable "aws_region" {
  description = "Region of everything."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.aws_region))
    error_message = "aws_region must be a region's code, like eu-central-1."
  }
}

variable "availability_zones" {
  description = "Three zones of the region. Named, so that a new zone of AWS changes nothing."
  type        = list(string)

  validation {
    condition     = length(distinct(var.availability_zones)) == 3 && length(var.availability_zones) == 3
    error_message = "availability_zones must name three different zones: Kafka keeps three copies and agrees by two of them."
  }

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.aws_region)])
    error_message = "availability_zones must be zones of aws_region: the subnets, the database and the nodes are all in one region."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the network. A /16: every pod has an address of it."
  type        = string

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && endswith(var.vpc_cidr, "/16")
    error_message = "vpc_cidr must be a /16 like 10.20.0.0/16: subnets are cut from it by that size."
  }
}

variable "domain_name" {
  description = "The shop's name in the DNS. Its zone is made here; the zone above must delegate to it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a name like shop.example.com: lower case, at least one dot, none at the end."
  }
}

variable "cluster_public_access_cidrs" {
  description = "From where Kubernetes' API may be reached besides the VPC. Empty: only from inside."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.cluster_public_access_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "cluster_public_access_cidrs must be CIDR blocks such as 198.51.100.7/32, and never the whole internet (/0): the API is how the shop is taken over."
  }
}

variable "cluster_admin_arns" {
  description = "IAM principals that may do everything in the cluster: the one that Terraform runs as, and people on call."
  type        = list(string)

  validation {
    condition     = length(var.cluster_admin_arns) > 0
    error_message = "cluster_admin_arns is empty: nobody, not even Terraform, could enter the cluster."
  }

  validation {
    condition     = alltrue([for arn in var.cluster_admin_arns : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/", arn))])
    error_message = "cluster_admin_arns must be ARNs of IAM roles or users, like arn:aws:iam::123456789012:role/on-call."
  }
}

variable "gitlab" {
  description = "The GitLab project whose pipeline deploys, and its server. create_provider is false if another root has made the account's identity provider for it."
  type = object({
    host            = optional(string, "gitlab.com")
    project_path    = string
    create_provider = optional(bool, true)
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", var.gitlab.project_path))
    error_message = "gitlab.project_path must be group/project as in the project's address, without wildcards: whoever matches may deploy."
  }
}

variable "table_prefix" {
  description = "Tables are called <prefix>-<function>, as the functions' <FUNCTION>_TABLE_NAME in knative/base says."
  type        = string
  default     = "souk"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.table_prefix))
    error_message = "table_prefix must be 2 to 31 lower-case letters, digits and dashes, a letter first."
  }
}

variable "merchant_email" {
  description = "Whose account the merchant's is. The password is made and kept in Secrets Manager."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.merchant_email))
    error_message = "merchant_email must be a mail address: it is what the merchant logs in with."
  }
}

variable "operator_email" {
  description = "Whose account the operator's is: who rotates keys, registers clients and gives roles, and does not touch the till. The password is made and kept in Secrets Manager."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.operator_email))
    error_message = "operator_email must be a mail address: it is what the operator logs in with."
  }
}

variable "payment_provider_url" {
  description = "The payment provider's API."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.payment_provider_url))
    error_message = "payment_provider_url must be https:// and a host, without a path: card payments do not go without TLS."
  }
}

variable "secret_generations" {
  description = "To give a made secret a new value, write its next number: { orders-database = 2 }. Without a number it is 1."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for generation in values(var.secret_generations) : generation >= 1 && floor(generation) == generation])
    error_message = "secret_generations must be whole numbers from 1 on, each higher than before."
  }

  validation {
    condition     = length(setsubtract(keys(var.secret_generations), keys(local.made_fields))) == 0
    error_message = "secret_generations names a secret that Terraform does not make: ${join(", ", setsubtract(keys(var.secret_generations), keys(local.made_fields)))}. It makes ${join(", ", keys(local.made_fields))}."
  }
}
