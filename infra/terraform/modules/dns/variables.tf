variable "zone_name" {
  description = "The Route 53 zone that exists already, such as example.org."
  type        = string
}

variable "domain" {
  description = "The name under which people reach the board, such as board.example.org."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "Give a host name in lower case without https://, such as board.example.org."
  }
}

variable "balancer_dns_name" {
  description = "The load balancer's own name."
  type        = string
}

variable "balancer_zone_id" {
  description = "The load balancer's own zone."
  type        = string
}
