"""REST under /api/v1: routes that decode, call the one service, and encode. No rule lives here."""
