"""What policy says: a central bank's texts as structured facts, and how two of them differ."""
