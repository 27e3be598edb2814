"""The folders of a plan, written whole or not at all, and the journal of all that ever came."""
