# The bus and the shared rate limits. Nothing here is the truth: a lost Redis delays changes and loses none.

locals {
  fails_over = var.nodes > 1
}

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name   = "${var.name}-redis7"
  family = "redis7"

  # Counters have a time to live; a full memory drops the oldest of those and refuses nothing.
  parameter {
    name  = "maxmemory-policy"
    value = "volatile-ttl"
  }

  # A subscriber that does not read is cut off, comes back and reads the log.
  parameter {
    name  = "client-output-buffer-limit-pubsub-hard-limit"
    value = "33554432" # bytes
  }

  lifecycle {
    create_before_destroy = true
  }
}

# ElastiCache has no write-only argument for it, so this one is in the state, which is encrypted.
resource "random_password" "auth_token" {
  length  = 64
  special = false
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "ClientFlow's bus and rate limits"
  engine               = "redis"
  engine_version       = "7.1"
  node_type            = var.node_type
  num_cache_clusters   = var.nodes
  port                 = 6379

  subnet_group_name    = aws_elasticache_subnet_group.this.name
  security_group_ids   = [var.security_group_id]
  parameter_group_name = aws_elasticache_parameter_group.this.name

  automatic_failover_enabled = local.fails_over
  multi_az_enabled           = local.fails_over

  transit_encryption_enabled = true
  auth_token                 = random_password.auth_token.result
  auth_token_update_strategy = "ROTATE"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn

  auto_minor_version_upgrade = true
  maintenance_window         = "sun:05:00-sun:06:00"
  snapshot_retention_limit   = 1
  snapshot_window            = "02:00-03:00"
  notification_topic_arn     = var.alerts_topic_arn
}
