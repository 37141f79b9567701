"""Where a command line starts."""

from __future__ import annotations

import sys


def main() -> int:
    """Run `runoff` with the arguments of the process."""
    from runoff.surfaces.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
