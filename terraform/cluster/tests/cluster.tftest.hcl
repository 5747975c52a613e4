# The releases that are planned, and the values that are refused. Where the provider helm cannot be had, .ci/check-terraform puts its
# schema in its place.

mock_provider "helm" {}

variables {
  kubeconfig_context           = "souk-production"
  kong_declarative_config_path = "../../gateway-config/kong.yaml"
  gate_keys_image              = "registry.souk.example/souk/gate-keys@sha256:0000000000000000000000000000000000000000000000000000000000000000"

  # As the output cluster of terraform/aws has it.
  environment          = "production"
  aws_region           = "eu-central-1"
  cluster_name         = "souk-production"
  domain_name          = "souk.example"
  kong_node_port       = 32443
  payment_provider_url = "https://api.payments.example"
  volumes_key_arn      = "arn:aws:kms:eu-central-1:444444444444:key/00000000-0000-0000-0000-000000000000"
  buckets              = { logs = "logs", traces = "traces" }

  postgres = {
    host        = "primary.example"
    read_host   = "replica.example"
    generations = { orders = 1, payments = 1 }
  }

  secrets = {
    prefix      = "souk/production/"
    names       = ["identity-signing-key"]
    generations = {}
  }

  function_roles = { catalog = "arn:aws:iam::444444444444:role/souk-production-catalog" }

  role_arns = {
    cluster-autoscaler = "arn:aws:iam::444444444444:role/souk-production-cluster-autoscaler"
    external-secrets   = "arn:aws:iam::444444444444:role/souk-production-external-secrets"
    loki               = "arn:aws:iam::444444444444:role/souk-production-loki"
    tempo              = "arn:aws:iam::444444444444:role/souk-production-tempo"
  }
}

run "production" {
  command = plan

  assert {
    condition     = alltrue([for chart in values(local.charts) : can(regex("^v?\\d+\\.\\d+\\.\\d+$", chart.version))])
    error_message = "Every chart has one exact version."
  }

  assert {
    condition     = yamldecode(helm_release.kong.values[2]).proxy.tls.nodePort == 32443 && yamldecode(helm_release.kong.values[2]).podAnnotations["souk.dev/declarative-config"] == filesha256("../../gateway-config/kong.yaml")
    error_message = "Kong is where the load balancer looks for it, and is replaced when its file changes."
  }

  assert {
    condition     = yamldecode(helm_release.kong.values[1]) == yamldecode(file("../../gateway-config/helm/production.yaml"))
    error_message = "Kong has the sizes of the environment."
  }

  assert {
    condition     = local.namespaces.souk == "restricted" && local.namespaces.kafka == "restricted" && local.namespaces.kong == "restricted"
    error_message = "What faces customers or keeps their data runs restricted."
  }
}

run "gate_keys_runs_beside_kong_and_before_it" {
  command = plan

  assert {
    condition = alltrue([for container in concat(
      yamldecode(helm_release.kong.values[0]).deployment.initContainers,
      yamldecode(helm_release.kong.values[0]).deployment.sidecarContainers,
    ) : container.image == var.gate_keys_image])
    error_message = "gate-keys is the image that the pipeline has pushed."
  }

  assert {
    condition     = yamldecode(helm_release.kong.values[0]).env.admin_listen == "127.0.0.1:8001"
    error_message = "Kong's admin API answers inside its pod only."
  }
}

run "tokens_say_the_shop_s_own_name" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.shop.values[0]).publicUrl == "https://souk.example"
    error_message = "TOKEN_ISSUER is the address at which customers find the shop."
  }
}

run "functions_have_their_roles" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.shop.values[0]).functionRoles.catalog == "arn:aws:iam::444444444444:role/souk-production-catalog"
    error_message = "The ServiceAccount catalog is the role that terraform/aws has made for it."
  }
}

run "alerts_lead_to_the_runbooks_of_this_repository" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.observability.values[0]).repositoryUrl == var.repository_url
    error_message = "The chart writes the repository's address in front of docs/runbooks."
  }
}

run "what_functions_send_is_added_up_before_it_is_shown" {
  command = plan

  assert {
    condition = alltrue([
      for name, pipeline in yamldecode(helm_release.opentelemetry["otel-collector"].values[0]).config.service.pipelines :
      pipeline == null ? true : pipeline.processors[0] == "memory_limiter"
    ])
    error_message = "A collector refuses before it runs out of memory: memory_limiter is first everywhere."
  }

  assert {
    condition     = contains(yamldecode(helm_release.opentelemetry["otel-collector"].values[0]).config.service.pipelines["metrics/counted"].processors, "deltatocumulative")
    error_message = "Functions send what has been counted since they last sent; Prometheus wants sums."
  }
}

run "dev_is_run_as_staging_is" {
  command = plan

  variables {
    environment        = "dev"
    kubeconfig_context = "souk-dev"
  }

  assert {
    condition     = yamldecode(helm_release.kong.values[1]) == yamldecode(file("../../gateway-config/helm/staging.yaml")) && strcontains(output.next, "overlays/staging")
    error_message = "dev has no sizes of its own."
  }
}

run "refuses_the_context_of_another_environment" {
  command = plan

  variables {
    kubeconfig_context = "souk-staging"
  }

  expect_failures = [var.kubeconfig_context]
}

run "refuses_a_gateway_file_that_is_not_rendered" {
  command = plan

  variables {
    kong_declarative_config_path = "kong.rendered.yaml"
  }

  expect_failures = [var.kong_declarative_config_path]
}

run "refuses_a_port_that_nodes_do_not_have" {
  command = plan

  variables {
    kong_node_port = 443
  }

  expect_failures = [var.kong_node_port]
}

run "refuses_an_image_without_a_digest" {
  command = plan

  variables {
    gate_keys_image = "registry.souk.example/souk/gate-keys:latest"
  }

  expect_failures = [var.gate_keys_image]
}

run "refuses_an_address_that_runbooks_cannot_be_put_behind" {
  command = plan

  variables {
    repository_url = "gitlab.com/souk/souk/"
  }

  expect_failures = [var.repository_url]
}
