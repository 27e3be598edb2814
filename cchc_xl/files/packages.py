"""Office packages: zip files of named parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes], added: Mapping[str, bytes] | None = None
) -> bytes:
    """A package with each part (by its name) changed and some added; no times in it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        parts = {name: change(name, source.read(name)) for name in source.namelist()}
        for name, part in (parts | dict(added or {})).items():
            target.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
