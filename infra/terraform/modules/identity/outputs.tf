output "role_arns" {
  description = "AWS_DEPLOY_ROLE_ARN, AWS_PLAN_ROLE_ARN and AWS_APPLY_ROLE_ARN of the GitHub environments."
  value       = { for purpose, role in aws_iam_role.this : purpose => role.arn }
}
