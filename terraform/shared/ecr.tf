# A repository for each image. A tag means one image for ever; the same digest goes through all environments.

locals {
  # Everything that is built as an image: tests/images.tftest.hcl holds it against the manifests.
  images = toset([
    "carts",
    "catalog",
    "deadletters",
    "gate-keys",
    "identity",
    "intake",
    "inventory",
    "notifications",
    "open-shop",
    "orders",
    "payments",
    "portal",
    "shipping",
  ])
}

resource "aws_ecr_repository" "this" {
  for_each = local.images

  name                 = "souk/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this["images"].arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What lost its tag, or never had one"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The newest ${var.images_kept}"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.images_kept }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_repository_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnvironmentsPull"
      Effect    = "Allow"
      Principal = { AWS = local.accounts }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
