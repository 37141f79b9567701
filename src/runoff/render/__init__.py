"""A brief, or rows, written for a reader: terminal text, a page, Markdown, JSON, CSV.

Renderers are handed a value and words, and return text or bytes. They read no clock, no store and no network.
"""
