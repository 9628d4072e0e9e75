"""What is measured: each server as its users run it, and how the load speaks to it."""
