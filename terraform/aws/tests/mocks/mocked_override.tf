# Beside the files of terraform/aws in the copy that .ci/check-terraform tests, instead of passwords.tf.

resource "aws_secretsmanager_secret_version" "made" {
  secret_string_wo = "mocked"
}

resource "aws_db_instance" "primary" {
  password_wo = "mocked"
}
