output "certificate_arn" {
  description = "The certificate, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "url" {
  description = "PUBLIC_URL of the deployment."
  value       = "https://${var.domain}"
}
