"""A workstation for central-bank balance-sheet policy.

Importing the package loads nothing else: what is heavy is imported where it is used.
"""

__version__ = "0.1.0"
