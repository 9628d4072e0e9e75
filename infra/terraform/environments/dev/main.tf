# To try a change on AWS at all: the smallest sizes, one of each, nothing that costs while nobody looks.

module "stack" {
  source = "../../modules/stack"

  environment = "dev"

  zones             = [for letter in ["a", "b"] : "${var.region}${letter}"]
  nat_per_zone      = false
  private_endpoints = false

  database = {
    instance_class      = "db.t4g.micro"
    storage_gib         = 20
    multi_az            = false
    backup_days         = 1
    deletion_protection = false
  }

  cache = {
    node_type = "cache.t4g.micro"
    nodes     = 1
  }

  service = {
    cpu              = 256
    memory_mib       = 512
    min_tasks        = 1
    max_tasks        = 2
    sockets_per_task = 1000
  }

  settings = { LOG_LEVEL = "DEBUG" }

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
