"""Econometrics: what moves what, how sure that is, and how forecasts are scored."""
