"""ClientFlow's own command line, with the limits of how much one socket may say lifted.

They protect against a client that floods; here few clients write as fast as they can.
"""

from __future__ import annotations

import sys
from functools import partial

import server.main
from realtime.session import SessionLimits
from server.cli import main
from server.limits import Limits

NO_LIMIT = 1e9

if __name__ == "__main__":
    session = SessionLimits(
        frames_per_s=NO_LIMIT,
        frames_burst=NO_LIMIT,
        commands_per_s=NO_LIMIT,
        commands_burst=NO_LIMIT,
        presence_interval_s=0.0,
    )
    setattr(server.main, "Limits", partial(Limits, session=session))  # noqa: B010
    sys.argv = ["clientflow", "serve"]
    sys.exit(main())
