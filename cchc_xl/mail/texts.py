"""The words of a mail, from the templates that officers restyle: a subject, a plain text, and the
same text as a page.

There is one text, in which `**` makes letters bold and lines may be numbered or begin with `-`;
the plain version and the page are both made of it, so they never say different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from ..plan.mail_kinds import MailKind
from ..writing.template_faults import refused
from ..writing.templates import DOCUMENTS, MAIL_PAGE, filled_page, filled_text, official_text

# What agencies typed may hold signs that would become a link, a picture or a list.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&.:@/-])")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["link", "image", "autolink", "html_block", "html_inline", "code", "fence", "reference"]
)


class Words(NamedTuple):
    subject: str
    plain: str
    html: str


def mail_words(kind: MailKind, facts: Mapping[str, object]) -> Words:
    """The words of a mail of a kind. `facts` must have what its template asks for, and
    `noi_gui`, `nguoi_lien_he`, `dien_thoai`, `thu` for the lines below it. Raises
    TemplateError."""
    name, line = kind.template, kind.subject
    subject = official_text("thu", line, facts)
    if isinstance(subject, list):  # one for each reminder, and the last for all others
        subject = subject[min(int(str(facts["lan"])), len(subject)) - 1] if subject else ""
    title = " ".join(subject.split())
    if not title:
        raise refused(DOCUMENTS, "thư phải có tiêu đề", f"mục [thu], dòng {line}")
    body = _MARKDOWN.render(_tidy(filled_text(name, _changed(facts, _literal))))
    plain = _tidy(filled_text(name, facts).replace("**", ""))
    return Words(
        title,
        f"{plain}\n\n-- \n{_signature(facts)}\n",
        filled_page(MAIL_PAGE, body, {**facts, "tieu_de": title}),
    )


def _changed(facts: Any, change: Callable[[str], str]) -> Any:
    """Facts with every text in them changed."""
    if isinstance(facts, str):
        return change(facts)
    if isinstance(facts, Mapping):
        return {name: _changed(fact, change) for name, fact in facts.items()}
    if isinstance(facts, list | tuple):
        return [_changed(fact, change) for fact in facts]
    return facts


def _literal(text: str) -> str:
    """A text that means itself, whatever signs it has."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _tidy(text: str) -> str:
    """A text without the blank lines that its conditions left behind."""
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _signature(facts: Mapping[str, object]) -> str:
    lines = [
        str(facts["noi_gui"]),
        *(
            f"{label}: {facts[name]}"
            for name, label in (
                ("nguoi_lien_he", "Liên hệ"),
                ("dien_thoai", "Điện thoại"),
                ("thu", "Thư điện tử"),
            )
            if facts[name]
        ),
    ]
    return "\n".join(lines)
