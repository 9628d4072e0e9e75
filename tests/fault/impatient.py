"""The server with less patience for its database, so that a test need not wait: python -m tests.fault.impatient"""

from __future__ import annotations

import sys

from server.cli import main
from storage import Storage

PATIENCE = {"statement_timeout_s": 1, "lock_timeout_s": 1, "acquire_timeout_s": 1}

if __name__ == "__main__":
    defaults = Storage.__init__.__kwdefaults__
    assert defaults is not None
    assert PATIENCE.keys() <= defaults.keys()
    defaults.update(PATIENCE)
    sys.argv.append("serve")
    sys.exit(main())
