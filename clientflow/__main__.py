"""`python -m clientflow`: the command line."""

from __future__ import annotations

import sys

from clientflow.cli import main

sys.exit(main())
