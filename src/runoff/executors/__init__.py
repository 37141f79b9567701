"""Ways to run many tasks: adapters of one Protocol (`core.executor`)."""
