"""Webhooks: a workspace's changes, sent to the addresses that its admins name, in order and at least once."""
