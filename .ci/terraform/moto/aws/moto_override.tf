# Put beside the files of terraform/aws in a copy, to apply them to moto instead of AWS: Terraform merges this over them. It
# says what moto 5.2 cannot do or forgets; all else is applied as it is.

provider "aws" {
  s3_use_path_style = true
  # What moto does not know it answers with 500 for ever.
  max_retries = 2
}

# Not there: budgets' subscribers, EKS add-ons and access entries.

resource "aws_budgets_budget" "month" {
  count = 0
}

resource "aws_eks_addon" "before_nodes" {
  for_each = {}
}

resource "aws_eks_addon" "after_nodes" {
  for_each = {}
}

resource "aws_eks_access_entry" "admin" {
  for_each = {}
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = {}
}

resource "aws_eks_access_entry" "deployer" {
  count = 0
}

# A cluster has no security group (moto.tf makes one in its place), a node group no autoscaling group.

locals {
  nodes_security_group_id = aws_security_group.moto_nodes.id
}

resource "aws_autoscaling_attachment" "kong" {
  for_each = {}
}

# Taken and forgotten: without this a second plan would not be empty.

resource "aws_acm_certificate" "this" {
  key_algorithm = "RSA_2048"
}

resource "aws_db_instance" "primary" {
  lifecycle {
    ignore_changes = [monitoring_interval, monitoring_role_arn, performance_insights_enabled, performance_insights_kms_key_id]
  }
}

resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}

resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, upgrade_policy]
  }
}

resource "aws_eks_node_group" "this" {
  lifecycle {
    ignore_changes = [node_repair_config, remote_access, update_config, scaling_config[0].desired_size]
  }
}

resource "aws_launch_template" "nodes" {
  lifecycle {
    ignore_changes = [tag_specifications]
  }
}

resource "aws_vpc_security_group_egress_rule" "door_to_kong" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_ingress_rule" "kong_from_door" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_ingress_rule" "postgres" {
  lifecycle {
    ignore_changes = [description]
  }
}
