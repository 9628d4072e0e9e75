output "url" {
  description = "REDIS_URL: TLS, and the token as password."
  value       = "rediss://:${random_password.auth_token.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0"
  sensitive   = true
}

output "member_ids" {
  description = "The nodes' names, for alarms. ElastiCache numbers them so; its own list is known only after it is made."
  value       = toset([for node in range(var.nodes) : format("%s-%03d", var.name, node + 1)])
}
