output "image_registry" {
  description = "What replaces registry.example.com/souk in the overlays: kustomize edit set image."
  value       = "${var.aws_account_id}.dkr.ecr.${var.aws_region}.amazonaws.com/souk"
}

output "image_push_role_arn" {
  description = "What GitLab's jobs become to push images (id_tokens, AWS_ROLE_ARN)."
  value       = aws_iam_role.image_push.arn
}

output "state_bucket" {
  description = "The bucket in environments/*.s3.tfbackend."
  value       = aws_s3_bucket.state.id
}
