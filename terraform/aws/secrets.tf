# Secrets Manager holds what the Kubernetes Secrets of knative/base hold: souk/<environment>/<name of the Secret>, a JSON
# object with the Secret's keys. Values are write-only: neither the state nor a plan has them.

locals {
  # Programs that log in by themselves: the ERP and the carrier, who publish events, and the function orders.
  machine_clients = toset(["carrier", "erp", "orders"])

  # Made here, and made anew when the number in secret_generations rises.
  made_fields = merge(
    { for function in local.postgres_functions : "${function}-database" => { database = function, made = "password" } },
    {
      postgres-master  = { username = "souk_master", made = "password" }
      merchant-account = { email = var.merchant_email, made = "password" }
      operator-account = { email = var.operator_email, made = "password" }
      grafana-admin    = { username = "admin", made = "password" }
    },
    # The machine clients that identity declares (IDENTITY_CLIENTS), each with its own secret.
    { for client in local.machine_clients : "client-${client}" => { made = "secret" } },
    # The customer that knative/jobs/open-shop orders as; production opens without goods.
    var.environment == "production" ? {} : {
      customer-account = { email = "customer@${var.domain_name}", made = "password" }
    },
  )

  generations = { for name, _ in local.made_fields : name => lookup(var.secret_generations, name, 1) }

  # Two logins of a database take turns, so that the one in use stays good while the next is handed out: a has the odd
  # numbers.
  logins = { for function in local.postgres_functions : "${function}-database" => {
    username = "${function}_${local.generations["${function}-database"] % 2 == 1 ? "a" : "b"}"
  } }

  # Only their place is made: the values are known to people. README.md says how they are put in.
  given_secrets = {
    identity-signing-key    = "private.pem, public.pem, kid: the first key pair that signs tokens; identity makes those after it"
    identity-key-encryption = "key: 32 random bytes in hex, with which identity encrypts the key pairs in its database"
    payment-provider        = "api-key: of the payment provider; webhook-secret: what it signs its webhooks with"
    mail-server             = "url: smtps://user:password@host"
  }
}

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:Renewed by secret_generations, with two logins that take turns; a Lambda would need a way to the database and its master password (docs/decisions/0011).

  for_each = toset(concat(keys(local.made_fields), keys(local.given_secrets)))

  name                    = "souk/${var.environment}/${each.key}"
  description             = lookup(local.given_secrets, each.key, "Made by terraform/aws")
  kms_key_id              = aws_kms_key.this["secrets"].arn
  recovery_window_in_days = var.protected ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "made" {
  for_each = local.made_fields

  secret_id = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo = jsonencode(merge(
    { for field, value in each.value : field => value if field != "made" },
    lookup(local.logins, each.key, {}),
    { (each.value.made) = ephemeral.aws_secretsmanager_random_password.made[each.key].random_password },
  ))
  secret_string_wo_version = local.generations[each.key]
}
