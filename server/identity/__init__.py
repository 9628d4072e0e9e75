"""Who is asking: passwords, tokens, accounts."""
