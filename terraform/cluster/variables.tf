# What this root must be told. What terraform/aws knows comes in aws.auto.tfvars.json: variables-aws.tf.

variable "kubeconfig_path" {
  description = "File with the cluster's address and credentials."
  type        = string
  default     = "~/.kube/config"
}

variable "kubeconfig_context" {
  description = "Context in the kubeconfig. There is no default, so that nobody applies to the cluster they last looked at."
  type        = string

  validation {
    condition     = length(trimspace(var.kubeconfig_context)) > 0
    error_message = "kubeconfig_context is empty; kubectl config get-contexts lists the names."
  }

  validation {
    condition     = endswith(var.kubeconfig_context, var.environment)
    error_message = "kubeconfig_context does not end with ${var.environment}: this would put the values of ${var.environment} into another cluster. The output kubeconfig_command of terraform/aws makes souk-${var.environment}."
  }
}

variable "kong_declarative_config_path" {
  description = "gateway-config/kong.yaml rendered for this environment: .ci/render-gateway <environment> > kong.rendered.yaml"
  type        = string

  validation {
    condition     = fileexists(var.kong_declarative_config_path)
    error_message = "kong_declarative_config_path names no file; render it first: bash .ci/render-gateway <environment> > kong.rendered.yaml"
  }
}

variable "gate_keys_image" {
  description = "The image gate-keys, by its digest: jq -r '.[] | select(.name == \"gate-keys\") | .repository + \"@\" + .digest' target/images/pushed.json"
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@sha256:[0-9a-f]{64}$", var.gate_keys_image))
    error_message = "gate_keys_image must be <repository>@sha256:<digest>, as .ci/push-images has written it to target/images/pushed.json: a tag could come to mean another program beside Kong."
  }
}

variable "volume_class" {
  description = "Name of the default StorageClass, which Kafka's and Prometheus' volumes have."
  type        = string
  default     = "souk-gp3"
}

variable "repository_url" {
  description = "Where a browser finds this repository at the branch that is deployed. Alerts and dashboards lead to the runbooks there."
  type        = string
  default     = "https://gitlab.com/souk/souk/-/blob/main"

  validation {
    condition     = can(regex("^https://[^\\s]+[^/\\s]$", var.repository_url))
    error_message = "repository_url must begin with https:// and not end with a slash, for example https://gitlab.com/souk/souk/-/blob/main."
  }
}
