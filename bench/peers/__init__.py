"""Each peer's own program, as short as its documentation shows it."""
