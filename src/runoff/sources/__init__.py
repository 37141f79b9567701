"""Publishers and files: one file each, found by `runoff.core.registry`."""
