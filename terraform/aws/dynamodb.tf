# The tables, in the one form that souk_kit::dynamodb::TableSpec has: text keys pk and sk, items forgotten after expires_at.
# No streams: what a function tells others goes through its outbox, and nobody reads a stream.

resource "aws_dynamodb_table" "this" {
  for_each = local.dynamodb_functions

  name                        = "${var.table_prefix}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.protected

  dynamic "attribute" {
    for_each = setunion(["pk", "sk"], flatten([for index in values(each.value.indexes) : [index.partition_key, index.sort_key]]))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.partition_key
      range_key       = global_secondary_index.value.sort_key
      projection_type = "ALL"
    }
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this["tables"].arn
  }
}
