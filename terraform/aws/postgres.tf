# The PostgreSQL server. Databases and roles in it are made from inside the cluster (terraform/cluster, databases): nobody
# outside can reach it.

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "The subnets without a way out"
  subnet_ids  = values(aws_subnet.database)[*].id
}

resource "aws_security_group" "postgres" {
  name        = "${local.name}-postgres"
  description = "PostgreSQL: from the cluster only"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-postgres" }
}

resource "aws_vpc_security_group_ingress_rule" "postgres" {
  security_group_id            = aws_security_group.postgres.id
  description                  = "Nodes and pods"
  referenced_security_group_id = local.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name        = "${local.name}-postgres${local.postgres_major}"
  family      = "postgres${local.postgres_major}"
  description = "TLS is forced; slow statements are told"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"                       = "1"
      "password_encryption"                 = "scram-sha-256"
      "log_connections"                     = "1"
      "log_disconnections"                  = "1"
      "log_min_duration_statement"          = "500"
      "log_lock_waits"                      = "1"
      "idle_in_transaction_session_timeout" = "60000"
    }
    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  postgres_major = split(".", var.postgres.version)[0]
}

resource "aws_iam_role" "postgres_monitoring" {
  name = "${local.name}-postgres-monitoring"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.aws_account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "postgres_monitoring" {
  role       = aws_iam_role.postgres_monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "primary" {
  #checkov:skip=CKV_AWS_161:Functions log in by SCRAM over TLS; a token of IAM would be renewed every 15 minutes by code that no other PostgreSQL needs.

  identifier     = local.name
  engine         = "postgres"
  engine_version = var.postgres.version
  instance_class = var.postgres.instance_class
  multi_az       = var.postgres.multi_az

  username            = local.made_fields["postgres-master"].username
  password_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.postgres_master.secret_string).password
  password_wo_version = local.generations["postgres-master"]

  storage_type          = "gp3"
  allocated_storage     = var.postgres.storage_gb
  max_allocated_storage = var.postgres.storage_max_gb
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this["database"].arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.postgres.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period    = var.postgres.backup_days
  backup_window              = "02:00-03:00"
  maintenance_window         = "sun:03:30-sun:04:30"
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  deletion_protection        = var.protected
  skip_final_snapshot        = !var.protected
  final_snapshot_identifier  = var.protected ? "${local.name}-final" : null
  delete_automated_backups   = !var.protected

  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.this["database"].arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.postgres_monitoring.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  depends_on = [aws_cloudwatch_log_group.postgres]
}

# Lists and reports are read here; what a function has just written, it reads from the primary.
resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_157:It is the second copy; while it is away, lists are read from the primary.

  count = var.postgres.read_replica ? 1 : 0

  identifier          = "${local.name}-replica"
  replicate_source_db = aws_db_instance.primary.identifier
  instance_class      = var.postgres.instance_class
  storage_encrypted   = true

  vpc_security_group_ids = [aws_security_group.postgres.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  deletion_protection        = var.protected
  # A replica has nothing that the primary has not.
  skip_final_snapshot = true

  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.this["database"].arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.postgres_monitoring.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  depends_on = [aws_cloudwatch_log_group.postgres]
}

# RDS would make them without an end and without a key.
resource "aws_cloudwatch_log_group" "postgres" {
  for_each = toset(concat(
    ["${local.name}/postgresql", "${local.name}/upgrade"],
    var.postgres.read_replica ? ["${local.name}-replica/postgresql", "${local.name}-replica/upgrade"] : [],
  ))

  name              = "/aws/rds/instance/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.this["logs"].arn
}
