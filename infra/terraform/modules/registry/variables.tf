variable "name" {
  description = "The repository's name."
  type        = string
}

variable "key_arn" {
  description = "The KMS key for the images."
  type        = string
}

variable "kept_images" {
  description = "How many images are kept: so far back can one roll."
  type        = number
  default     = 50

  validation {
    condition     = var.kept_images >= 10
    error_message = "Keep 10 images at least, so that a rollback finds its image."
  }
}
