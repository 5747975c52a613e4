# Passwords that exist only while they are written: no plan and no state has them. A file of their own, because Terraform's
# tests cannot mock ephemeral resources yet; .ci/check-terraform leaves it out there, and applies it to moto.

# Letters and digits, so that a password fits into a URL as it is. 40 of 62 signs are 238 bits.
ephemeral "aws_secretsmanager_random_password" "made" {
  for_each = local.made_fields

  password_length     = 40
  exclude_punctuation = true
}

# Read back from where it is kept, so that an apply that was interrupted goes on with the same password.
ephemeral "aws_secretsmanager_secret_version" "postgres_master" {
  secret_id = aws_secretsmanager_secret_version.made["postgres-master"].secret_id
}
