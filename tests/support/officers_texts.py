"""How what officers read must be written."""

from __future__ import annotations

import re

_ENGLISH = re.compile(
    r"\b(?:the|is|not|of|has|have|an?|and|or|got|expected|unexpected|undefined|error|tag|named?|"
    r"token|object|attribute|invalid|template|statement|end|missing|found|line|column|at)\b",
    re.IGNORECASE,
)


def assert_vietnamese(line: str) -> None:
    """One proper Vietnamese line with the next step; what it quotes of the officer's text does
    not count."""
    assert line.startswith("Mẫu ") and "\n" not in line and "thư mục mau" in line
    own = line.partition(": ")[2].partition("; các ")[0]
    own = re.sub(r"“.*”|{%.*?%}|; gần giống: .*", "", own)
    assert not _ENGLISH.search(own), line
    assert re.search(r"[À-ỹ]", own), line
    assert not re.search(r"Error|Traceback|0x[0-9a-f]+", own), line
