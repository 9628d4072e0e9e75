output "github_variables" {
  description = "What the GitHub environment's variables are set to."
  value = {
    ECS_CLUSTER         = module.service.cluster_name
    ECS_SERVICE         = module.service.service_name
    ECR_REPOSITORY      = module.registry.name
    PUBLIC_URL          = module.dns.url
    AWS_DEPLOY_ROLE_ARN = module.identity.role_arns["deploy"]
    AWS_PLAN_ROLE_ARN   = module.identity.role_arns["plan"]
    AWS_APPLY_ROLE_ARN  = module.identity.role_arns["apply"]
  }
}

output "image_repository" {
  description = "Where the first image is pushed."
  value       = module.registry.url
}

output "dashboard" {
  description = "The CloudWatch dashboard."
  value       = module.observability.dashboard_name
}
