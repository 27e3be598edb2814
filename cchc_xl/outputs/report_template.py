"""`templates/bao-cao.docx`, or the workspace's own: a Word document with places, filled."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jinja2

from ..writing.template_faults import refused, refused_text
from ..writing.templates import REPORT, OfficersEnvironment, template

if TYPE_CHECKING:
    from docxtpl import DocxTemplate  # slow to import


class _Environment(OfficersEnvironment):
    """Remembers the part of the document that it was given last, to tell where a fault is."""

    source = ""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.filters["lower"] = _in_small_letters

    def from_string(self, source: Any, *rest: Any, **options: Any) -> jinja2.Template:
        self.source = str(source)
        return super().from_string(source, *rest, **options)

    def where(self, line: int) -> str:
        """The words of a paragraph: each is a line of what docxtpl gives to jinja2."""
        paragraph = "".join(self.source.split("\n")[line - 1 : line])
        words = " ".join(html.unescape(re.sub(r"<[^>]*>", "", paragraph)).split())
        return f"đoạn “{words[:80]}{'…' * (len(words) > 80)}”" if words else ""


def _in_small_letters(text: object) -> str:
    """A Roman numeral keeps its own: Quý I 2018 -> quý I 2018."""
    return re.sub(r"\b(?![IVX]+\b)\w+", lambda word: word[0].lower(), str(text))


def filled_report(facts: Mapping[str, object]) -> bytes:
    """The report's template with its places filled. Raises TemplateError."""
    document = opened_report()
    environment = _Environment()
    try:
        document.render(dict(facts), environment)
        buffer = io.BytesIO()
        document.save(buffer)
    except Exception as error:  # a text may be wrong in any way that a program may
        raise refused_text(
            REPORT, error, environment.source, tuple(facts), environment.where
        ) from error
    return buffer.getvalue()


def check_report() -> None:
    """Look at the report's template before it is used: what can be told without the facts that
    fill it. Raises TemplateError."""
    document = opened_report()
    environment = _Environment()
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", document.patch_xml(document.get_xml()))
    try:
        environment.from_string(source)
    except Exception as error:
        raise refused_text(REPORT, error, source, (), environment.where) from error


def opened_report() -> DocxTemplate:
    """The report's template, which is a Word document with places to fill. Raises
    TemplateError."""
    from docxtpl import DocxTemplate

    try:
        document = DocxTemplate(io.BytesIO(template(REPORT)))
        document.init_docx()
        text = document.patch_xml(document.get_xml())
    except Exception as error:  # of zipfile, zlib, lxml, python-docx
        raise refused(
            REPORT, "tệp này không phải tệp Word dùng được; mở lại bằng Word và lưu dạng .docx"
        ) from error
    if "{{" not in text:
        raise refused(REPORT, "không còn chỗ {{ … }} nào để điền số liệu; báo cáo sẽ không có gì")
    return document
