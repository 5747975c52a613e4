# The table in functions.tf against the manifests of knative/base: a function with a new store must not wait for a review to
# notice that its store is missing.

mock_provider "aws" {
  source = "./tests/mocks"
}


run "every_store_that_a_manifest_asks_for_is_made" {
  command = plan

  assert {
    condition = toset([for file in fileset("../../knative/base", "*.yaml") : trimsuffix(file, ".yaml")
    if strcontains(file("../../knative/base/${file}"), "name: DATABASE_URL")]) == local.postgres_functions
    error_message = "postgres_functions in functions.tf are not those whose manifest asks for a DATABASE_URL."
  }

  assert {
    condition = toset([for file in fileset("../../knative/base", "*.yaml") : trimsuffix(file, ".yaml")
    if can(regex("name: [A-Z]+_TABLE_NAME", file("../../knative/base/${file}")))]) == toset(keys(local.dynamodb_functions))
    error_message = "dynamodb_functions in functions.tf are not those whose manifest names a table."
  }

  assert {
    condition = alltrue([for function, _ in local.dynamodb_functions :
    strcontains(file("../../knative/base/${function}.yaml"), "value: ${aws_dynamodb_table.this[function].name}\n")])
    error_message = "A table is not called as its function's manifest says."
  }

  assert {
    condition = length(setsubtract(
      flatten([for file in setunion(fileset("../../knative", "base/*.yaml"), fileset("../../knative", "jobs/*/*.yaml")) : regexall("secretKeyRef:\\s+name: ([a-z-]+)", file("../../knative/${file}"))]),
      concat(keys(local.made_fields), keys(local.given_secrets), ["dynamodb", "customer-account"]),
    )) == 0
    error_message = "A manifest refers to a Secret that neither Terraform makes nor people are asked for (functions have a role instead of the Secret dynamodb; customer-account is not for production)."
  }
}
