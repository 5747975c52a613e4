# The shop's name and its certificate. The zone above must delegate to name_servers (an output) before the certificate can
# be issued.

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_39:The zone has one public name; who asks for it says nothing.
  #checkov:skip=CKV2_AWS_38:Needs the zone above to be signed as well, which is its owner's to decide.

  name    = var.domain_name
  comment = "The shop, ${var.environment}"
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain_name
  validation_method = "DNS"
  key_algorithm     = "EC_prime256v1"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # One name, so one proof.
  validation = one(aws_acm_certificate.this.domain_validation_options)
}

resource "aws_route53_record" "validation" {
  zone_id = aws_route53_zone.this.zone_id
  name    = local.validation.resource_record_name
  type    = local.validation.resource_record_type
  records = [local.validation.resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]
}

resource "aws_route53_record" "door" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.door.dns_name
    zone_id                = aws_lb.door.zone_id
    evaluate_target_health = true
  }
}

# Nobody but Amazon may issue certificates for the shop.
resource "aws_route53_record" "caa" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.domain_name
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \";\""]
}
