"""The bare drivers: what the same work costs without a server around it."""
