"""Accounting: entries that cancel, sheets that add up, net liquidity and its bridge to reserves."""
