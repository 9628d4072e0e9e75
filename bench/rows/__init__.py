"""One module a row of the results; each is run by its name."""
