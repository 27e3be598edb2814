"""A period's inputs -> all that is made of it."""
