# terraform test -var-file=../environments/shared.tfvars

mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::111111111111:oidc-provider/gitlab.com" }
  }
}

run "every_image_of_the_manifests_has_a_repository" {
  command = plan

  assert {
    condition = length(setsubtract(
      flatten([for file in setunion(fileset("../../knative", "base/*.yaml"), fileset("../../knative", "jobs/*/*.yaml"), ["../gateway-config/helm/values.yaml"]) : regexall("image: (?:&[a-z-]+ )?registry.example.com/souk/([a-z-]+)", file("../../knative/${file}"))]),
      local.images,
    )) == 0
    error_message = "knative/base, knative/jobs or gateway-config/helm names an image that images in ecr.tf lacks."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push])
    error_message = "A tag means one image for ever, and every image is scanned."
  }
}

run "an_environment_sees_only_its_own_state" {
  # The bucket refuses to be destroyed, so it is not made, even here.
  command = plan

  override_resource {
    target          = aws_s3_bucket.state
    override_during = plan
    values          = { arn = "arn:aws:s3:::mocked" }
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_s3_bucket_policy.state.policy).Statement :
    endswith(statement.Resource, "/staging/*") if statement.Sid == "StagingStates"])
    error_message = "The account of staging must not read the states of the others."
  }
}

run "refuses_two_environments_in_one_account" {
  command = plan

  variables {
    environment_account_ids = { staging = "222222222222", production = "222222222222" }
  }

  expect_failures = [var.environment_account_ids]
}

run "refuses_an_environment_without_a_file" {
  command = plan

  variables {
    environment_account_ids = { test = "222222222222" }
  }

  expect_failures = [var.environment_account_ids]
}

run "refuses_a_wildcard_as_a_project" {
  command = plan

  variables {
    gitlab = { project_path = "souk" }
  }

  expect_failures = [var.gitlab]
}

run "refuses_to_keep_too_few_images" {
  command = plan

  variables {
    images_kept = 1
  }

  expect_failures = [var.images_kept]
}
