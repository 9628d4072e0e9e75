variable "name" {
  description = "What every resource's name begins with."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets in two zones or more, without a way out."
  type        = list(string)
}

variable "security_group_id" {
  description = "The group that only the tasks reach."
  type        = string
}

variable "key_arn" {
  description = "The KMS key for storage, backups and Performance Insights."
  type        = string
}

variable "instance_class" {
  description = "The size, such as db.t4g.small."
  type        = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "An RDS class begins with db., such as db.t4g.small."
  }
}

variable "storage_gib" {
  description = "Storage at first, in GiB. It grows by itself up to five times that."
  type        = number

  validation {
    condition     = var.storage_gib >= 20
    error_message = "gp3 storage has 20 GiB at least."
  }
}

variable "multi_az" {
  description = "A standby in a second zone, which takes over within one or two minutes."
  type        = bool
}

variable "backup_days" {
  description = "How many days one can go back to any second of. 0 would switch backups off, and is refused."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps backups for 1 to 35 days."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the database until this is switched off."
  type        = bool
}

variable "password" {
  description = "The password of the database's owner; ephemeral, so that it is in no state file."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "password_version" {
  description = "Raise it to set a new password."
  type        = number
}
