"""The report of a run: promises, tables, a plot."""
