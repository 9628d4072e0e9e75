output "name" {
  description = "ECR_REPOSITORY of the deployment."
  value       = aws_ecr_repository.this.name
}

output "arn" {
  description = "For the deploy role."
  value       = aws_ecr_repository.this.arn
}

output "url" {
  description = "What images are tagged with."
  value       = aws_ecr_repository.this.repository_url
}
