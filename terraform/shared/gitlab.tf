# The pipeline's identity: a job shows GitLab's token and becomes a role for an hour. There is no key to keep or to lose.

resource "aws_iam_openid_connect_provider" "gitlab" {
  url            = "https://${var.gitlab.host}"
  client_id_list = ["https://${var.gitlab.host}"]
}

resource "aws_iam_role" "image_push" {
  name        = "souk-image-push"
  description = "GitLab jobs that push images"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.gitlab.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      # The main branch and release tags, both protected: a merge request's pipeline pushes nothing.
      Condition = {
        StringEquals = { "${var.gitlab.host}:aud" = "https://${var.gitlab.host}" }
        StringLike = { "${var.gitlab.host}:sub" = [
          "project_path:${var.gitlab.project_path}:ref_type:branch:ref:main",
          "project_path:${var.gitlab.project_path}:ref_type:tag:ref:v*",
        ] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "image_push" {
  name = "push"
  role = aws_iam_role.image_push.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Logging in knows no resource.
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = values(aws_ecr_repository.this)[*].arn
      },
    ]
  })
}
