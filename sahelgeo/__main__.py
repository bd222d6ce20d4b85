"""Run the command with ``python -m sahelgeo``."""

import sys

from sahelgeo.cli import main

if __name__ == "__main__":
    sys.exit(main())
