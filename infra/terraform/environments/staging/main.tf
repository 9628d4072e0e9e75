# Production in small: two of each, so that rolling, failing over and draining can be tried.

module "stack" {
  source = "../../modules/stack"

  environment = "staging"

  zones             = [for letter in ["a", "b"] : "${var.region}${letter}"]
  nat_per_zone      = false
  private_endpoints = false

  database = {
    instance_class      = "db.t4g.small"
    storage_gib         = 20
    multi_az            = true
    backup_days         = 7
    deletion_protection = false
  }

  cache = {
    node_type = "cache.t4g.small"
    nodes     = 2
  }

  service = {
    cpu              = 512
    memory_mib       = 1024
    min_tasks        = 2
    max_tasks        = 4
    sockets_per_task = 2000
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
