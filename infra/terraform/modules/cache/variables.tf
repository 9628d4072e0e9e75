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
  description = "The KMS key for what Redis writes to disk."
  type        = string
}

variable "node_type" {
  description = "The size, such as cache.t4g.micro."
  type        = string

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "An ElastiCache size begins with cache., such as cache.t4g.micro."
  }
}

variable "nodes" {
  description = "The primary and its replicas. From 2 on a replica takes over when the primary is lost."
  type        = number

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6
    error_message = "One primary and at most five replicas: 1 to 6."
  }
}

variable "alerts_topic_arn" {
  description = "Where failovers are told."
  type        = string
}
