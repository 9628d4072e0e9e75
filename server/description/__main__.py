"""`python -m server.description openapi|asyncapi` prints the document."""

from __future__ import annotations

import sys

from server.description.asyncapi import asyncapi_text
from server.description.openapi import openapi_text

DOCUMENTS = {"openapi": openapi_text, "asyncapi": asyncapi_text}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in DOCUMENTS:
        sys.exit(f"usage: python -m server.description {'|'.join(DOCUMENTS)}")
    sys.stdout.buffer.write(DOCUMENTS[sys.argv[1]]())
