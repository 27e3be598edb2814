"""What a message is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from .severity import Severity


@dataclass(frozen=True)
class Message:
    """One kind of finding: `message` is filled from a finding's details; `action` is for the
    officer who consolidates, `fix` for the agency where that is not the same. What concerns the
    officer alone is not `for_agency`."""

    severity: Severity
    message: str
    action: str
    fix: str = ""
    for_agency: bool = True


error = partial(Message, Severity.ERROR)
warning = partial(Message, Severity.WARNING)
info = partial(Message, Severity.INFO)
