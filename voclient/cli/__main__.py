"""`python -m voclient.cli`, the same as `voclient`."""

import sys

from . import main

sys.exit(main())
