"""The report as a reader has it, and templates as an officer changes them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.oxml.ns import qn

from cchc_xl.writing.templates import REPORT, packaged

DOCUMENT = "word/document.xml"


def paragraphs(report: bytes | Path) -> list[str]:
    """Every paragraph of a document, those in tables too, in order."""
    opened = docx.Document(io.BytesIO(report) if isinstance(report, bytes) else str(report))
    return [
        "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
        for paragraph in opened.element.body.iter(qn("w:p"))
    ]


def with_words(new: str, old: str = "{{ kinh_phi.da_chi }}") -> bytes:
    """The report's template with some words in place of others."""
    source = zipfile.ZipFile(io.BytesIO(packaged(REPORT)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == DOCUMENT:
                assert old.encode() in part, old
                part = part.replace(old.encode(), escape(new).encode(), 1)
            target.writestr(name, part)
    return buffer.getvalue()
