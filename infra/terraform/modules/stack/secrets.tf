# One key for the environment, and the secrets that the tasks are given. Passwords are ephemeral: they go to RDS and
# to Secrets Manager in one run, and are in no state file.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id

  secret_arns = merge(
    { for setting, secret in aws_secretsmanager_secret.this : setting => secret.arn },
    var.openai_secret_arn == null ? {} : { OPENAI_API_KEY = var.openai_secret_arn },
  )
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: a key's own policy must name "*"; it means this key
  #checkov:skip=CKV_AWS_111: a key's own policy must name "*"; it means this key
  #checkov:skip=CKV_AWS_356: a key's own policy must name "*"; it means this key
  statement {
    sid       = "TheAccountRulesByItsRoles"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "LogsAreEncrypted"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:aws:logs:${data.aws_region.current.region}:${local.account}:*"]
    }
  }

  statement {
    sid       = "AlarmsAreTold"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "elasticache.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "ClientFlow ${var.environment}: database, cache, images, secrets, logs"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.this.key_id
}

ephemeral "random_password" "database" {
  length  = 48
  special = false # it stands in a URL
}

ephemeral "random_password" "jwt" {
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57: rotated by raising secrets_version and deploying; running tasks would not see it change
  for_each = toset(["JWT_SECRET_KEY", "DATABASE_URL", "REDIS_URL"])

  name                    = "clientflow/${var.environment}/${lower(replace(each.key, "_", "-"))}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "jwt" {
  secret_id                = aws_secretsmanager_secret.this["JWT_SECRET_KEY"].id
  secret_string_wo         = ephemeral.random_password.jwt.result
  secret_string_wo_version = var.secrets_version
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.this["DATABASE_URL"].id

  secret_string_wo         = "postgresql://clientflow:${ephemeral.random_password.database.result}@${module.database.address}:${module.database.port}/clientflow?sslmode=require"
  secret_string_wo_version = var.secrets_version
}

resource "aws_secretsmanager_secret_version" "redis" {
  secret_id     = aws_secretsmanager_secret.this["REDIS_URL"].id
  secret_string = module.cache.url
}
