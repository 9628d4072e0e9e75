variable "name" {
  description = "What every resource's name begins with."
  type        = string
}

variable "topic_arn" {
  description = "Where alarms are told."
  type        = string
}

variable "cluster_name" {
  description = "The ECS cluster."
  type        = string
}

variable "service_name" {
  description = "The ECS service."
  type        = string
}

variable "min_tasks" {
  description = "So many tasks should run at least."
  type        = number
}

variable "log_group_name" {
  description = "The server's log: JSON lines with `level` and `event`."
  type        = string
}

variable "balancer_arn_suffix" {
  description = "The load balancer's name in metrics."
  type        = string
}

variable "target_group_arn_suffix" {
  description = "The target group's name in metrics."
  type        = string
}

variable "database_identifier" {
  description = "The RDS instance."
  type        = string
}

variable "database_storage_gib" {
  description = "The database's storage at first, in GiB: an alarm comes at a tenth of it left."
  type        = number
}

variable "cache_member_ids" {
  description = "The Redis nodes."
  type        = set(string)
}
