# The shop's door: a network load balancer that ends the world's TLS with the certificate of dns.tf and speaks TLS again to
# Kong on the nodes. It is made here and not by a Service in the cluster, so that nothing in the cluster may make others.

resource "aws_security_group" "door" {
  name        = "${local.name}-door"
  description = "The load balancer: HTTPS from everywhere, to Kong only"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-door" }
}

resource "aws_vpc_security_group_ingress_rule" "door" {
  security_group_id = aws_security_group.door.id
  description       = "The shop's customers"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "door_to_kong" {
  security_group_id            = aws_security_group.door.id
  description                  = "Kong's port on the nodes"
  referenced_security_group_id = local.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.kong_node_port
  to_port                      = local.kong_node_port
}

resource "aws_vpc_security_group_ingress_rule" "kong_from_door" {
  security_group_id            = local.nodes_security_group_id
  description                  = "The load balancer to Kong"
  referenced_security_group_id = aws_security_group.door.id
  ip_protocol                  = "tcp"
  from_port                    = local.kong_node_port
  to_port                      = local.kong_node_port
}

locals {
  # Of Kong's proxy Service, which terraform/cluster makes.
  kong_node_port = 32443
}

resource "aws_lb" "door" {
  #checkov:skip=CKV_AWS_91:It sees connections only; Kong writes down every request, with its trace.

  name                             = local.name
  load_balancer_type               = "network"
  internal                         = false
  subnets                          = values(aws_subnet.public)[*].id
  security_groups                  = [aws_security_group.door.id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.protected
}

resource "aws_lb_target_group" "kong" {
  name                 = "${local.name}-kong"
  vpc_id               = aws_vpc.this.id
  protocol             = "TLS"
  port                 = local.kong_node_port
  target_type          = "instance"
  deregistration_delay = 60
  # Kong limits by address: it must see the customer's.
  preserve_client_ip = "true"

  # A node without Kong does not open the port (externalTrafficPolicy Local).
  health_check {
    protocol            = "TCP"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.door.arn
  port              = 443
  protocol          = "TLS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.kong.arn
  }
}

# Kong runs on platform nodes.
resource "aws_autoscaling_attachment" "kong" {
  #checkov:skip=CKV2_AWS_15:The group is EKS', which replaces nodes by their own health; Kong's absence is no reason to.

  for_each = { for name, group in local.node_groups : name => group if group.role == "platform" }

  autoscaling_group_name = aws_eks_node_group.this[each.key].resources[0].autoscaling_groups[0].name
  lb_target_group_arn    = aws_lb_target_group.kong.arn
}
