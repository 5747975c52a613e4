# A role for each function that talks to AWS: its own table, and nothing else. Functions with PostgreSQL have no role at all:
# their password reaches them as a Kubernetes Secret, so there is nothing for them to ask AWS.

resource "aws_iam_role" "function" {
  for_each = local.dynamodb_functions

  name               = "${local.name}-${each.key}"
  description        = "The function ${each.key}"
  assume_role_policy = local.trust[each.key]
}

resource "aws_iam_role_policy" "function" {
  for_each = local.dynamodb_functions

  name = "own-table"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "OwnTable"
        Effect = "Allow"
        # What souk_kit::dynamodb and the stores call; a transaction needs the rights of its parts. No Scan, no CreateTable.
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = concat(
          [aws_dynamodb_table.this[each.key].arn],
          length(each.value.indexes) > 0 ? ["${aws_dynamodb_table.this[each.key].arn}/index/*"] : [],
        )
      },
      {
        Sid       = "KeyOfTheTables"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = aws_kms_key.this["tables"].arn
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${var.aws_region}.amazonaws.com" } }
      },
    ]
  })
}
