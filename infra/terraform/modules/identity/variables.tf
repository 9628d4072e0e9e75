variable "name" {
  description = "What every resource's name begins with."
  type        = string
}

variable "environment" {
  description = "The GitHub environment whose jobs may take the deploy and apply roles: dev, staging or prod."
  type        = string
}

variable "github_repository" {
  description = "OWNER/REPO that deploys."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.github_repository))
    error_message = "Give OWNER/REPO, such as acme/clientflow."
  }
}

variable "github_oidc_provider_arn" {
  description = "GitHub's identity provider, where the account has one already; an account can have only one."
  type        = string
  default     = null
}

variable "repository_arn" {
  description = "The ECR repository."
  type        = string
}

variable "cluster_arn" {
  description = "The ECS cluster."
  type        = string
}

variable "service_arn" {
  description = "The ECS service."
  type        = string
}

variable "task_role_arns" {
  description = "The roles that a task definition names."
  type        = list(string)
}

variable "log_group_arn" {
  description = "The server's log, of which the migration's lines are shown when it fails."
  type        = string
}

variable "state_bucket" {
  description = "The S3 bucket of Terraform's state."
  type        = string
}

variable "state_key_arn" {
  description = "The KMS key of that bucket."
  type        = string
}
