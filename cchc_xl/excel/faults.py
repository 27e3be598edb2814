"""Faults of ours: written down for whoever mends them, told to officers in a line."""

from __future__ import annotations

import datetime
import tempfile
import traceback
from collections.abc import Iterable
from pathlib import Path


def note_fault(folders: Iterable[Path]) -> Path | None:
    """Write the error at hand into a log in the first folder that takes it, or else in the
    temporary one; gives the log."""
    moment = datetime.datetime.now()
    what = f"{moment:%Y-%m-%d %H:%M:%S}\n{traceback.format_exc()}\n"
    for folder in (*folders, Path(tempfile.gettempdir())):
        path = folder / f"loi_{moment:%Y-%m-%d}.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as log:
                log.write(what)
            return path
        except OSError:
            continue
    return None
