"""Whatever file comes, as values with their places and marks; strangers' files in a process of
their own."""
