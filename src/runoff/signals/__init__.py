"""Signals: readings of a view, one file each (`core.signal`)."""
