# Loses a zone without losing a change. docs/scaling.md tells how far these sizes go.

module "stack" {
  source = "../../modules/stack"

  environment = "prod"

  zones             = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat_per_zone      = true
  private_endpoints = true

  database = {
    instance_class      = "db.m7g.large"
    storage_gib         = 100
    multi_az            = true
    backup_days         = 30
    deletion_protection = true
  }

  cache = {
    node_type = "cache.m7g.large"
    nodes     = 3
  }

  service = {
    cpu              = 1024
    memory_mib       = 2048
    min_tasks        = 3
    max_tasks        = 30
    sockets_per_task = 5000
  }

  domain                   = var.domain
  zone_name                = var.zone_name
  alerts_email             = var.alerts_email
  github_repository        = var.github_repository
  github_oidc_provider_arn = var.github_oidc_provider_arn
  state_bucket             = var.state_bucket
  state_key_arn            = var.state_key_arn
  openai_secret_arn        = var.openai_secret_arn
  secrets_version          = var.secrets_version
}
