terraform {
  required_version = ">= 1.11"

  # The bucket is given at `terraform init -backend-config=bucket=...`. The lock is a file beside the state.
  backend "s3" {
    key          = "clientflow/dev/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "clientflow"
      Environment = "dev"
      ManagedBy   = "terraform"
    }
  }
}
