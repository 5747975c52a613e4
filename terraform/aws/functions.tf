# What each function of knative/base needs from AWS. Tables, databases, secrets and roles follow from this table alone;
# tests/manifests.tftest.hcl holds it against the manifests.

locals {
  name = "souk-${var.environment}"

  # The namespace of the functions, and the annotation-bearing ServiceAccount of each: knative/base.
  functions_namespace = "souk"

  # PostgreSQL: a database and a role, both with the function's name.
  postgres_functions = toset(["deadletters", "identity", "inventory", "orders", "payments", "shipping"])

  # DynamoDB: a table, and its indexes as partition key and sort key. Keys are text (souk_kit::dynamodb::TableSpec).
  dynamodb_functions = {
    carts = { indexes = {} }
    catalog = {
      indexes = {
        by_category = { partition_key = "category", sort_key = "sku" }
        by_shelf    = { partition_key = "shelf", sort_key = "sku" }
      }
    }
    notifications = { indexes = {} }
  }
}
