variable "name" {
  description = "What every resource's name begins with; also the cluster's and the task family's name."
  type        = string
}

variable "environment" {
  description = "ENVIRONMENT of the server."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "On AWS the server runs as staging or production: development accepts weak secrets."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "vpc_cidr" {
  description = "From these addresses X-Forwarded-For is believed: the load balancer's are among them."
  type        = string
}

variable "public_subnet_ids" {
  description = "For the load balancer, in two zones or more."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "For the tasks."
  type        = list(string)
}

variable "balancer_security_group_id" {
  description = "For the load balancer."
  type        = string
}

variable "tasks_security_group_id" {
  description = "For the tasks."
  type        = string
}

variable "certificate_arn" {
  description = "The TLS certificate, valid."
  type        = string
}

variable "image" {
  description = "The first image, by digest or tag. Later ones are deployed by scripts/deploy_ecr_ecs.sh."
  type        = string
}

variable "cpu" {
  description = "Of one task, in 1/1024 vCPU."
  type        = number

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "Fargate has 256, 512, 1024, 2048 and 4096."
  }
}

variable "memory_mib" {
  description = "Of one task, in MiB: 512 and 24 KiB for each socket is plenty."
  type        = number

  validation {
    condition     = var.memory_mib >= 512 && var.memory_mib <= 30720
    error_message = "Fargate has 512 to 30720 MiB for these sizes of CPU."
  }
}

variable "min_tasks" {
  description = "So many tasks run at least."
  type        = number

  validation {
    condition     = var.min_tasks >= 1
    error_message = "One task at least."
  }
}

variable "max_tasks" {
  description = "So many tasks run at most."
  type        = number
}

variable "sockets_per_task" {
  description = "Tasks are added when there are more sockets for each than this. bench/ and docs/scaling.md tell what one carries."
  type        = number

  validation {
    condition     = var.sockets_per_task >= 100
    error_message = "Under 100 sockets a task the service would do nothing but start tasks."
  }
}

variable "settings" {
  description = "Further settings of the server that are no secret, such as LOG_LEVEL or AI_PROVIDER."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : !can(regex("SECRET|PASSWORD|API_KEY|_URL$", name))])
    error_message = "Secrets and addresses with passwords belong in Secrets Manager: use var.secret_arns."
  }
}

variable "secret_arns" {
  description = "Settings that are secrets: name to the ARN in Secrets Manager."
  type        = map(string)
}

variable "secrets_key_arn" {
  description = "The KMS key that those secrets are encrypted with."
  type        = string
}

variable "logs_key_arn" {
  description = "The KMS key that encrypts the logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
}

variable "deletion_protection" {
  description = "Refuse to delete the load balancer until this is switched off."
  type        = bool
}
