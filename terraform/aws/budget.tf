# Who is told before a month gets too expensive.

resource "aws_budgets_budget" "month" {
  name         = "${local.name}-month"
  budget_type  = "COST"
  limit_amount = format("%.1f", var.monthly_budget.usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.monthly_budget.emails
    }
  }
}
