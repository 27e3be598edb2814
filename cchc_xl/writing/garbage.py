"""How often Python looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_BETWEEN_COLLECTIONS = 200_000


@contextmanager
def few_collections() -> Iterator[None]:
    """Python looks for garbage after each 700 new objects; here there are hundreds of thousands
    and hardly any of it, and a third of the time would go into looking."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
