output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "The VPC's addresses: the load balancer's are among them, so X-Forwarded-For from here may be believed."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "For the load balancer."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "private_subnet_ids" {
  description = "For the tasks."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "data_subnet_ids" {
  description = "For the database and the cache."
  value       = [for subnet in aws_subnet.data : subnet.id]
}

output "balancer_security_group_id" {
  description = "For the load balancer."
  value       = aws_security_group.balancer.id
}

output "tasks_security_group_id" {
  description = "For the tasks."
  value       = aws_security_group.tasks.id
}

output "database_security_group_id" {
  description = "For the database."
  value       = aws_security_group.database.id
}

output "cache_security_group_id" {
  description = "For the cache."
  value       = aws_security_group.cache.id
}
