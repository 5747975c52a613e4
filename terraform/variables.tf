variable "environment" {
  description = "Which shop this is: the overlay of the same name in knative/ and eventing/ is deployed to it."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production, because only these have overlays in knative/overlays and eventing/overlays."
  }
}

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
}

variable "knative_operator_version" {
  description = "Version of the chart knative-operator, which is the operator's own."
  type        = string
  default     = "v1.22.0"

  validation {
    condition     = can(regex("^v\\d+\\.\\d+\\.\\d+$", var.knative_operator_version))
    error_message = "knative_operator_version must look like v1.22.0, with the leading v."
  }
}

variable "knative_version" {
  description = "Version of Knative Serving and Eventing that the operator installs."
  type        = string
  default     = "1.22"

  validation {
    condition     = can(regex("^\\d+\\.\\d+$", var.knative_version))
    error_message = "knative_version must look like 1.22, without a patch number: the operator takes the newest patch it knows."
  }
}

variable "kafka_broker_version" {
  description = "Release of knative-extensions/eventing-kafka-broker, whose manifests the operator adds to Eventing."
  type        = string
  default     = "1.22.0"

  validation {
    condition     = can(regex("^\\d+\\.\\d+\\.\\d+$", var.kafka_broker_version))
    error_message = "kafka_broker_version must look like 1.22.0, without a leading v."
  }
}

variable "strimzi_version" {
  description = "Version of the chart strimzi-kafka-operator. From 1.0 on only the API kafka.strimzi.io/v1 is served, which eventing/kafka uses."
  type        = string
  default     = "1.2.0"

  validation {
    condition     = can(regex("^[1-9]\\d*\\.\\d+\\.\\d+$", var.strimzi_version))
    error_message = "strimzi_version must be 1.0.0 or newer: older operators do not know kafka.strimzi.io/v1."
  }
}

variable "kong_chart_version" {
  description = "Version of the chart kong."
  type        = string
  default     = "3.4.1"

  validation {
    condition     = can(regex("^3\\.\\d+\\.\\d+$", var.kong_chart_version))
    error_message = "kong_chart_version must be a 3.x.y: the values in kong.tf are written for that chart."
  }
}

variable "kong_replicas" {
  description = "Gateway instances. Rate limits of policy local count per instance."
  type        = number
  default     = 2

  validation {
    condition     = var.kong_replicas >= 2 && var.kong_replicas <= 20
    error_message = "kong_replicas must be 2 to 20: with one, every upgrade closes the shop."
  }
}

variable "kong_declarative_config_path" {
  description = "gateway-config/kong.yaml rendered for this environment: deck file render --populate-env-vars gateway-config/kong.yaml -o kong.rendered.yaml"
  type        = string

  validation {
    condition     = fileexists(var.kong_declarative_config_path)
    error_message = "kong_declarative_config_path names no file; render it first: deck file render --populate-env-vars gateway-config/kong.yaml -o kong.rendered.yaml"
  }
}
