"""The vocabulary of runoff: values that every other layer speaks in.

Nothing here imports anything else of ours, reads a clock, a disk or a network, or draws a random number.
"""
