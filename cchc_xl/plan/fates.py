"""What became of a returned file."""

from __future__ import annotations

ACCEPTED, SUPERSEDED, REJECTED = "accepted", "superseded", "rejected"
EXCLUDED, GONE = "excluded", "gone"  # by an officer; no longer in the folder
