"""A model without a network: an analyst of the board that knows some kinds of questions, in two languages."""
