variable "environment" {
  description = "dev, staging or prod."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environments are dev, staging and prod."
  }
}

variable "zones" {
  description = "The availability zones, by name, so that a new zone of the region moves nothing."
  type        = list(string)
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone; otherwise one for all."
  type        = bool
}

variable "private_endpoints" {
  description = "Reach AWS's own services without the NAT gateways."
  type        = bool
}

variable "database" {
  description = "The database: class, storage in GiB, a standby in a second zone, days of backups, protection from deletion."
  type = object({
    instance_class      = string
    storage_gib         = number
    multi_az            = bool
    backup_days         = number
    deletion_protection = bool
  })
}

variable "cache" {
  description = "Redis: size, and how many nodes (from 2 on it fails over)."
  type = object({
    node_type = string
    nodes     = number
  })
}

variable "service" {
  description = "The tasks: CPU in 1/1024 vCPU, memory in MiB, how many, and the sockets for each before one is added."
  type = object({
    cpu              = number
    memory_mib       = number
    min_tasks        = number
    max_tasks        = number
    sockets_per_task = number
  })
}

variable "settings" {
  description = "Further settings of the server that are no secret."
  type        = map(string)
  default     = {}
}

variable "image_tag" {
  description = "The tag of the first image, which must have been pushed before the service can start."
  type        = string
  default     = "first"
}

variable "domain" {
  description = "The name under which people reach the board, such as board.example.org."
  type        = string
}

variable "zone_name" {
  description = "The Route 53 zone of that name, which exists already."
  type        = string
}

variable "alerts_email" {
  description = "Who is told of alarms; empty: nobody by mail."
  type        = string
  default     = ""

  validation {
    condition     = var.alerts_email == "" || can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.alerts_email))
    error_message = "Give one email address, or nothing."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 365

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827], var.log_retention_days)
    error_message = "CloudWatch keeps logs for certain numbers of days only: 365, 400, 545, 731, 1096 or 1827."
  }
}

variable "secrets_version" {
  description = "Raise it to make the database's password and the signing key anew; then deploy, for running tasks keep the old."
  type        = number
  default     = 1

  validation {
    condition     = var.secrets_version >= 1 && floor(var.secrets_version) == var.secrets_version
    error_message = "A whole number from 1."
  }
}

variable "openai_secret_arn" {
  description = "The ARN of a secret that holds OPENAI_API_KEY; null: the assistant stays local."
  type        = string
  default     = null
}

variable "github_repository" {
  description = "OWNER/REPO that deploys."
  type        = string
}

variable "github_oidc_provider_arn" {
  description = "GitHub's identity provider, where the account has one already."
  type        = string
  default     = null
}

variable "state_bucket" {
  description = "The S3 bucket of Terraform's state, made by infra/terraform/bootstrap."
  type        = string
}

variable "state_key_arn" {
  description = "The KMS key of that bucket."
  type        = string
}
