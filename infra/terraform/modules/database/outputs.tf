output "identifier" {
  description = "The instance's name, for alarms and snapshots."
  value       = aws_db_instance.this.identifier
}

output "address" {
  description = "The host; it stays the same when the standby takes over."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "The port."
  value       = aws_db_instance.this.port
}
