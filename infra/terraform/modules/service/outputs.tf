output "cluster_name" {
  description = "ECS_CLUSTER of the deployment."
  value       = aws_ecs_cluster.this.name
}

output "service_name" {
  description = "ECS_SERVICE of the deployment."
  value       = aws_ecs_service.this.name
}

output "service_arn" {
  description = "For the deploy role."
  value       = aws_ecs_service.this.arn
}

output "cluster_arn" {
  description = "For the deploy role."
  value       = aws_ecs_cluster.this.arn
}

output "role_arns" {
  description = "The two roles that a task definition names: the deploy role must be let pass them."
  value       = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
}

output "log_group_name" {
  description = "The server's log."
  value       = aws_cloudwatch_log_group.this.name
}

output "log_group_arn" {
  description = "The server's log."
  value       = aws_cloudwatch_log_group.this.arn
}

output "balancer_arn_suffix" {
  description = "The load balancer's name in metrics."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arn_suffix" {
  description = "The target group's name in metrics."
  value       = aws_lb_target_group.this.arn_suffix
}

output "balancer_dns_name" {
  description = "The load balancer's own name."
  value       = aws_lb.this.dns_name
}

output "balancer_zone_id" {
  description = "The load balancer's own zone."
  value       = aws_lb.this.zone_id
}
