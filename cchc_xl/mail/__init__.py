"""The board, letters out, and the mailbox in."""
