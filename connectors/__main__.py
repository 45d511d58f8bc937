# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m connectors`: fetch, look at, and decode deliveries from a shell."""

import sys

from connectors.cli import main

if __name__ == "__main__":
    sys.exit(main())
