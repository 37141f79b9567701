"""Central banks: one chart of accounts a file, found by `runoff.core.registry`."""
