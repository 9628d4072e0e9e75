variable "region" {
  description = "The AWS region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region such as eu-west-1 or sa-east-1."
  }
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
  description = "Who is told of alarms."
  type        = string
  default     = ""
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
  description = "The S3 bucket of Terraform's state."
  type        = string
}

variable "state_key_arn" {
  description = "The KMS key of that bucket."
  type        = string
}

variable "openai_secret_arn" {
  description = "The ARN of a secret that holds OPENAI_API_KEY; null: the assistant stays local."
  type        = string
  default     = null
}

variable "secrets_version" {
  description = "Raise it to make the passwords and the signing key anew."
  type        = number
  default     = 1
}
