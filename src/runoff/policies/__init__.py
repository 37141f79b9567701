"""Policies as dated steps: one central bank a file, found by `runoff.core.registry`."""
