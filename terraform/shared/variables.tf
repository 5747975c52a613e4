variable "aws_account_id" {
  description = "The account that holds what the environments share. It may be one of theirs."
  type        = string

  validation {
    condition     = can(regex("^\\d{12}$", var.aws_account_id))
    error_message = "aws_account_id must be twelve digits; aws sts get-caller-identity shows yours."
  }
}

variable "aws_region" {
  description = "Region of the state and the images."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.aws_region))
    error_message = "aws_region must be a region's code, like eu-central-1."
  }
}

variable "environment_account_ids" {
  description = "The account of each environment: it pulls images, and keeps its state under its own name."
  type        = map(string)

  validation {
    condition     = length(var.environment_account_ids) > 0 && alltrue([for id in values(var.environment_account_ids) : can(regex("^\\d{12}$", id))])
    error_message = "environment_account_ids must give each environment an account of twelve digits: { staging = \"222222222222\" }."
  }

  validation {
    condition     = length(setsubtract(keys(var.environment_account_ids), ["dev", "staging", "production"])) == 0
    error_message = "environment_account_ids may name dev, staging and production only, because only these have a file in terraform/environments."
  }

  validation {
    condition     = length(distinct(values(var.environment_account_ids))) == length(var.environment_account_ids)
    error_message = "environment_account_ids must be different accounts: tables have the same names in all environments, and an account is the wall between them."
  }
}

variable "gitlab" {
  description = "The GitLab project whose pipeline pushes images, and its server."
  type = object({
    host         = optional(string, "gitlab.com")
    project_path = string
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", var.gitlab.project_path))
    error_message = "gitlab.project_path must be group/project as in the project's address, without wildcards: whoever matches may push images."
  }
}

variable "images_kept" {
  description = "How many released images of a function are kept: so many deployments one can go back."
  type        = number
  default     = 50

  validation {
    condition     = var.images_kept >= 10 && var.images_kept <= 1000
    error_message = "images_kept must be 10 to 1000: with fewer, an image may vanish that a revision still runs."
  }
}
