"""What officers may restyle without a programmer: the files of `templates/`.

A workspace may have its own copies, in its folder `mau`; those come first. The ones in force
hold for all that is written inside `using`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from .. import HOME
from ..plan.mail_kinds import MailKind
from .template_faults import (
    ToldError,
    Unknown,
    line_number,
    nearest,
    refused,
    refused_settings,
    refused_text,
    text_of,
)

STYLES, DOCUMENTS, REPORT, MAIL_PAGE = "styles.toml", "van-ban.toml", "bao-cao.docx", "thu.html"
COVER = MailKind.FEEDBACK.template  # of a feedback, mailed or not
_MAILS = (kind.template for kind in MailKind)
NAMES = tuple(dict.fromkeys((STYLES, DOCUMENTS, COVER, REPORT, *_MAILS, MAIL_PAGE)))

_own: ContextVar[Mapping[str, bytes] | None] = ContextVar("own templates", default=None)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def resource(folder: str, name: str) -> Path:
    """A file of `templates/` or `workbook/`, in an installed package or in a checkout."""
    installed = HOME / folder / name
    return installed if installed.exists() else HOME.parent / folder / name


@contextmanager
def using(own: Mapping[str, bytes]) -> Iterator[None]:
    """Write with a workspace's own templates where it has them."""
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


def in_force() -> dict[str, bytes]:
    """The workspace's own templates that hold here."""
    return dict(_own.get() or {})


def written_with(own: Mapping[str, bytes], function: Callable, *arguments: Any) -> Any:
    """What a function gives with a workspace's own templates: for another process."""
    with using(own):
        return function(*arguments)


def template(name: str) -> bytes:
    """A template's content: the workspace's own, else that of the package."""
    own = (_own.get() or {}).get(name)
    return packaged(name) if own is None else own


@lru_cache
def packaged(name: str) -> bytes:
    return resource("templates", name).read_bytes()


def house_style() -> dict[str, dict[str, Any]]:
    """The settings of styles.toml; what an own copy leaves out is as in the package.

    Raises TemplateError.
    """
    return _settings(STYLES, template(STYLES))


def official_texts() -> dict[str, dict[str, Any]]:
    """The words around official tables, of van-ban.toml: jinja2 texts. Raises TemplateError."""
    return _settings(DOCUMENTS, template(DOCUMENTS))


@lru_cache
def _settings(name: str, content: bytes) -> dict[str, dict[str, Any]]:
    usual = tomllib.loads(packaged(name).decode("utf-8"))
    text = text_of(name, content)
    try:
        own = tomllib.loads(text)
    except Exception as error:  # not only TOMLDecodeError: a number may be too long for Python
        raise refused_settings(name, error) from error
    if strange := own.keys() - usual.keys():
        one = min(strange)
        raise refused(
            name, f"không có mục [{one}]{nearest(one, usual)}; các mục: {', '.join(usual)}"
        )
    return {
        section: _merged(name, section, own.get(section, {}), usual[section]) for section in usual
    }


def _merged(name: str, section: str, own: object, usual: dict[str, Any]) -> dict[str, Any]:
    """A section with the settings of an own copy, each of the kind it must be."""
    if not isinstance(own, dict):
        raise refused(name, f"[{section}] phải là một mục")
    for key, value in own.items():
        if key not in usual:
            known = ", ".join(usual)
            raise refused(
                name,
                f"không có dòng “{key}”{nearest(key, usual)}; các dòng: {known}",
                f"mục [{section}]",
            )
        if not _same_kind(value, usual[key]):
            raise refused(
                name,
                f"“{value}” không dùng được; ghi như “{usual[key]}”",
                f"mục [{section}], dòng {key}",
            )
    return {**usual, **own}


def _same_kind(value: Any, usual: Any) -> bool:
    if isinstance(usual, str) and _COLOUR.fullmatch(usual):
        return isinstance(value, str) and bool(_COLOUR.fullmatch(value))
    if isinstance(usual, int | float):
        return type(value) in (int, float) and 0 < value < 500
    if isinstance(usual, list):
        colours = _same_kind(usual[0], "#000000")  # one for each status: none may be missing
        return (
            isinstance(value, list)
            and (len(value) >= len(usual) or not colours)
            and all(_same_kind(one, usual[0]) for one in value)
        )
    return isinstance(value, type(usual))


# ------------------------------------------------------------------ texts with places to fill


class OfficersEnvironment(ImmutableSandboxedEnvironment):
    """For texts of officers, and of whoever gives them a template: these may not reach into
    Python, change what they are given, or make a text or a number without end."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self, **options: Any):
        super().__init__(undefined=Unknown, finalize=_printable, **options)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and (abs(left) > 10**6 or abs(right) > 20):
            raise ToldError("lũy thừa quá lớn")
        for text, times in ((left, right), (right, left)):
            repeated = isinstance(text, str | list | tuple) and isinstance(times, int)
            if repeated and len(text) * times > _LONGEST_REPEATED:
                raise ToldError("chữ lặp lại quá nhiều lần")
        return super().call_binop(context, operator, left, right)


def _printable(value: Any) -> Any:
    """A value to print; a function would print its address."""
    if callable(value) and not isinstance(value, Unknown):
        raise ToldError("có tên viết thiếu dấu ngoặc ( ) hoặc không in ra được")
    return value


_LONGEST_REPEATED = 10_000
_texts = OfficersEnvironment(trim_blocks=True, lstrip_blocks=True)
_pages = OfficersEnvironment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


def filled(
    name: str, text: str, facts: Mapping[str, object], where: Callable[[int], str] = line_number
) -> str:
    """A text of a template with its places filled. Raises TemplateError, which names the file
    that it stands in, the place (`where` tells it of a line) and what is wrong."""
    return _filled(_texts, name, text, facts, where)


def filled_text(name: str, facts: Mapping[str, object]) -> str:
    """The template that is a text to send, with its places filled. Raises TemplateError, also
    when it says nothing."""
    text = filled(name, _text(name), facts)
    if not re.search(r"\w", text):
        whom = f" gửi {facts['co_quan']}" if "co_quan" in facts else ""
        raise refused(name, f"điền xong thì thư{whom} không còn chữ nào")
    return text


def filled_page(name: str, body: str, facts: Mapping[str, object]) -> str:
    """The template that is a page around a text, `noi_dung`; facts are plain texts and harm
    nothing. Raises TemplateError."""
    text = _text(name)
    facts = {**facts, "noi_dung": Markup(body)}
    page = _filled(_pages, name, text, facts, line_number)
    if "noi_dung" not in find_undeclared_variables(_pages.parse(text)):
        raise refused(name, "thiếu {{ noi_dung }}, thư sẽ không có lời nào")
    return page


def official_text(section: str, key: str, facts: Mapping[str, object]) -> Any:
    """A line of van-ban.toml, or a list of them, with its places filled. Raises TemplateError."""
    return _each(section, key, lambda text, where: filled(DOCUMENTS, text, facts, where))


def check_texts() -> None:
    """Look at all templates but the report, before they are used: what can be told without the
    facts that fill them. Raises TemplateError."""
    house_style()
    for section, lines in official_texts().items():
        for key in lines:
            _each(section, key, lambda text, where: _compiled(_texts, DOCUMENTS, text, where))
    for name in (name for name in NAMES if name.endswith(".txt")):
        _compiled(_texts, name, _text(name), line_number)
    _compiled(_pages, MAIL_PAGE, _text(MAIL_PAGE), line_number)


def _text(name: str) -> str:
    """A template that is plain text and is not empty."""
    text = text_of(name, template(name))
    if not text.strip("\ufeff\u200b \t\n\f\v\xa0"):
        raise refused(name, "tệp trống, không có chữ nào")
    return text


def _each(section: str, key: str, do: Callable[[str, Callable[[int], str]], Any]) -> Any:
    texts = official_texts()[section][key]

    def where(_: int) -> str:
        return f"mục [{section}], dòng {key}"

    return [do(one, where) for one in texts] if isinstance(texts, list) else do(texts, where)


def _compiled(
    environment: jinja2.Environment, name: str, text: str, where: Callable[[int], str]
) -> jinja2.Template:
    try:
        return environment.from_string(text)
    except Exception as error:  # a text may be wrong in any way that a program may
        raise refused_text(name, error, text, (), where) from error


def _filled(
    environment: jinja2.Environment,
    name: str,
    text: str,
    facts: Mapping[str, object],
    where: Callable[[int], str],
) -> str:
    compiled = _compiled(environment, name, text, where)
    try:
        done = compiled.render(facts)
        done.encode()  # half a character can be written in a template
    except Exception as error:
        raise refused_text(name, error, text, tuple(facts), where) from error
    return done
