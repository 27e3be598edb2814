"""The files of a folder by name."""

from __future__ import annotations


def files_in(root) -> dict[str, bytes]:
    """All but what is hidden."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
