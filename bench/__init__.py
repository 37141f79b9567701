"""Benchmarks of the targets in ARCHITECTURE.md: each is a ratio to a baseline measured in the same run."""
