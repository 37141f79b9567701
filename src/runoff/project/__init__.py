"""The run-off engine: what matures, what is redeemed up to the cap, what is rolled over, and into what."""
