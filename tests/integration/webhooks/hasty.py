"""The server with webhooks in a hurry, so that a test need not wait: python -m tests.integration.webhooks.hasty"""

from __future__ import annotations

import os
import sys
from dataclasses import fields

from server.cli import main
from server.webhooks.limits import WebhookLimits

HASTE = {
    "due_sweep_s": 0.2,
    "lease_s": 2.0,
    "delivery_timeout_s": 0.5,
    "connect_timeout_s": 0.5,
    "first_retry_s": 0.1,
    "max_retry_s": 0.4,
    "give_up_after_s": 0.5,
    "min_attempts": 3,
    "max_deliveries_kept": 30,
    "max_answer_bytes": 8 * 1024,
}

if __name__ == "__main__":
    defaults = {each.name: each.default for each in fields(WebhookLimits)}
    assert HASTE.keys() <= defaults.keys()
    if "HASTY_BUT_NEVER_GIVES_UP" in os.environ:
        HASTE["give_up_after_s"] = 3_600.0
    WebhookLimits.__init__.__defaults__ = tuple((defaults | HASTE).values())
    sys.argv.append("serve")
    sys.exit(main())
