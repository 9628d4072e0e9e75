variable "name" {
  description = "What every resource's name begins with, such as clientflow-dev."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses: a /16, which is cut into a /20 for each subnet."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "Give an IPv4 block with /16, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, two or more: the load balancer and both data stores need at least two."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 4
    error_message = "Give 2 to 4 zones."
  }
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone, so that the loss of one zone cuts no other off; otherwise one for all."
  type        = bool
}

variable "private_endpoints" {
  description = "Reach AWS's own services without the NAT gateways. Costs a fee per endpoint, zone and hour."
  type        = bool
}

variable "logs_key_arn" {
  description = "The KMS key that encrypts the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long flow logs are kept, in days."
  type        = number
}
