"""CSV files: from an upload to rows, from cells to fields, and in by the command path."""
