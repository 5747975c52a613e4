resource "aws_security_group" "moto_nodes" {
  name        = "moto-nodes"
  description = "What EKS would have made for the cluster"
  vpc_id      = aws_vpc.this.id
}
