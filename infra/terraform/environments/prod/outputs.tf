output "github_variables" {
  description = "What the GitHub environment's variables are set to."
  value       = module.stack.github_variables
}

output "image_repository" {
  description = "Where the first image is pushed."
  value       = module.stack.image_repository
}

output "dashboard" {
  description = "The CloudWatch dashboard."
  value       = module.stack.dashboard
}
