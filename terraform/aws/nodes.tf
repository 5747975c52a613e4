# The machines. Platform nodes are grouped by zone, because Kafka's volumes cannot leave theirs; function nodes come and go.

resource "aws_iam_role" "nodes" {
  name = "${local.name}-nodes"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])

  role       = aws_iam_role.nodes.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "nodes" {
  name                   = "${local.name}-nodes"
  description            = "Encrypted disk; a node's role is out of reach for pods"
  update_default_version = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # One hop: pods have a network of their own and do not get to the node's credentials.
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 50
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${local.name}-node" }
  }
}

locals {
  # EKS makes it for the cluster; every node and the control plane are in it.
  nodes_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id

  node_groups = merge(
    { for zone, _ in local.zones : "platform-${zone}" => {
      role           = "platform"
      subnets        = [aws_subnet.private[zone].id]
      instance_types = var.platform_nodes.instance_types
      min            = var.platform_nodes.min_per_zone
      max            = var.platform_nodes.max_per_zone
      capacity       = "ON_DEMAND"
    } },
    { functions = {
      role           = "functions"
      subnets        = values(aws_subnet.private)[*].id
      instance_types = var.function_nodes.instance_types
      min            = var.function_nodes.min
      max            = var.function_nodes.max
      capacity       = var.function_nodes.spot ? "SPOT" : "ON_DEMAND"
    } }
  )
}

resource "aws_eks_node_group" "this" {
  for_each = local.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = each.value.subnets
  version         = var.kubernetes_version
  ami_type        = "AL2023_x86_64_STANDARD"
  capacity_type   = each.value.capacity
  instance_types  = each.value.instance_types
  labels          = { "souk.dev/nodes" = each.value.role }

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  # One after the other: Kafka agrees by two of three.
  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  # The cluster autoscaler says how many.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [
    aws_iam_role_policy_attachment.nodes,
    aws_eks_addon.before_nodes,
  ]
}
