"""Ways in: each derives what it offers from the actions, and none knows another."""
