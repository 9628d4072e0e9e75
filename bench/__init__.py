"""Benchmarks of ClientFlow against its peers and against the least that the machine can do."""
