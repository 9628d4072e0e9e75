# One whole environment. The environments differ in sizes alone, so that what was tried in one holds in the next.

locals {
  name = "clientflow-${var.environment}"
}

module "network" {
  source = "../network"

  name               = local.name
  zones              = var.zones
  nat_per_zone       = var.nat_per_zone
  private_endpoints  = var.private_endpoints
  logs_key_arn       = aws_kms_key.this.arn
  log_retention_days = var.log_retention_days
}

module "database" {
  source = "../database"

  name                = local.name
  subnet_ids          = module.network.data_subnet_ids
  security_group_id   = module.network.database_security_group_id
  key_arn             = aws_kms_key.this.arn
  instance_class      = var.database.instance_class
  storage_gib         = var.database.storage_gib
  multi_az            = var.database.multi_az
  backup_days         = var.database.backup_days
  deletion_protection = var.database.deletion_protection
  password            = ephemeral.random_password.database.result
  password_version    = var.secrets_version
}

module "cache" {
  source = "../cache"

  name              = local.name
  subnet_ids        = module.network.data_subnet_ids
  security_group_id = module.network.cache_security_group_id
  key_arn           = aws_kms_key.this.arn
  node_type         = var.cache.node_type
  nodes             = var.cache.nodes
  alerts_topic_arn  = aws_sns_topic.alerts.arn
}

module "registry" {
  source = "../registry"

  name    = local.name
  key_arn = aws_kms_key.this.arn
}

module "dns" {
  source = "../dns"

  domain            = var.domain
  zone_name         = var.zone_name
  balancer_dns_name = module.service.balancer_dns_name
  balancer_zone_id  = module.service.balancer_zone_id
}

module "service" {
  source = "../service"

  name                       = local.name
  environment                = var.environment == "prod" ? "production" : "staging"
  vpc_id                     = module.network.vpc_id
  vpc_cidr                   = module.network.cidr
  public_subnet_ids          = module.network.public_subnet_ids
  private_subnet_ids         = module.network.private_subnet_ids
  balancer_security_group_id = module.network.balancer_security_group_id
  tasks_security_group_id    = module.network.tasks_security_group_id
  certificate_arn            = module.dns.certificate_arn
  image                      = "${module.registry.url}:${var.image_tag}"
  cpu                        = var.service.cpu
  memory_mib                 = var.service.memory_mib
  min_tasks                  = var.service.min_tasks
  max_tasks                  = var.service.max_tasks
  sockets_per_task           = var.service.sockets_per_task
  settings                   = var.settings
  secret_arns                = local.secret_arns
  secrets_key_arn            = aws_kms_key.this.arn
  logs_key_arn               = aws_kms_key.this.arn
  log_retention_days         = var.log_retention_days
  deletion_protection        = var.database.deletion_protection
}

module "observability" {
  source = "../observability"

  name                    = local.name
  topic_arn               = aws_sns_topic.alerts.arn
  cluster_name            = module.service.cluster_name
  service_name            = module.service.service_name
  min_tasks               = var.service.min_tasks
  log_group_name          = module.service.log_group_name
  balancer_arn_suffix     = module.service.balancer_arn_suffix
  target_group_arn_suffix = module.service.target_group_arn_suffix
  database_identifier     = module.database.identifier
  database_storage_gib    = var.database.storage_gib
  cache_member_ids        = module.cache.member_ids
}

module "identity" {
  source = "../identity"

  name                     = local.name
  environment              = var.environment
  github_repository        = var.github_repository
  github_oidc_provider_arn = var.github_oidc_provider_arn
  repository_arn           = module.registry.arn
  cluster_arn              = module.service.cluster_arn
  service_arn              = module.service.service_arn
  task_role_arns           = module.service.role_arns
  log_group_arn            = module.service.log_group_arn
  state_bucket             = var.state_bucket
  state_key_arn            = var.state_key_arn
}

resource "aws_sns_topic" "alerts" {
  name              = "${local.name}-alerts"
  kms_master_key_id = aws_kms_key.this.id
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alerts_email == "" ? 0 : 1

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alerts_email
}
