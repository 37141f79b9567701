"""The parts of the brief: one section a file, found by `runoff.core.registry`."""
