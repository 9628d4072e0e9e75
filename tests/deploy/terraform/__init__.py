"""The Terraform configuration, read without Terraform: its own parser and formatter, and the providers' schemas."""
