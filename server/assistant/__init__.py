"""The assistant: answers about a board, proposes changes to it, and makes none."""
