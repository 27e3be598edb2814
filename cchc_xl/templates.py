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
from jinja2.sandbox import SandboxedEnvironment

from .errors import TemplateError

STYLES, DOCUMENTS, COVER, REPORT = "styles.toml", "van-ban.toml", "phan-hoi.txt", "bao-cao.docx"
MAIL_FORM, MAIL_REMINDER, MAIL_RESULT = "thu-phieu.txt", "thu-nhac.txt", "thu-ket-qua.txt"
MAIL_PAGE = "thu.html"
NAMES = (
    STYLES, DOCUMENTS, COVER, REPORT, MAIL_FORM, MAIL_REMINDER, MAIL_RESULT, MAIL_PAGE,
)  # fmt: skip

_own: ContextVar[Mapping[str, bytes] | None] = ContextVar("own templates", default=None)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def resource(folder: str, name: str) -> Path:
    """A file of `templates/` or `workbook/`, in an installed package or in a checkout."""
    here = Path(__file__).parent
    installed = here / folder / name
    return installed if installed.exists() else here.parent / folder / name


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


def text_template(name: str) -> str:
    """A template that is plain text. Raises TemplateError."""
    try:
        return template(name).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise TemplateError(f"Mẫu {name} không lưu ở dạng UTF-8. {_MEND}") from None


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
    try:
        own = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"Mẫu {name} không đọc được ({error}). {_MEND}") from None
    if strange := own.keys() - usual.keys():
        raise TemplateError(
            f"Mẫu {name}: không có mục [{min(strange)}]; các mục: {', '.join(usual)}. {_MEND}"
        )
    return {section: _merged(name, section, own.get(section, {}), usual[section])
            for section in usual}  # fmt: skip


def _merged(name: str, section: str, own: object, usual: dict[str, Any]) -> dict[str, Any]:
    """A section with the settings of an own copy, each of the kind it must be."""
    if not isinstance(own, dict):
        raise TemplateError(f"Mẫu {name}: [{section}] phải là một mục. {_MEND}")
    for key, value in own.items():
        if key not in usual:
            raise TemplateError(
                f"Mẫu {name}, mục [{section}]: không có dòng “{key}”; các dòng: "
                f"{', '.join(usual)}. {_MEND}"
            )
        if not _same_kind(value, usual[key]):
            raise TemplateError(
                f"Mẫu {name}, mục [{section}], dòng {key}: “{value}” không dùng được; ghi như "
                f"“{usual[key]}”. {_MEND}"
            )
    return {**usual, **own}


def _same_kind(value: object, usual: object) -> bool:
    if isinstance(usual, str) and _COLOUR.fullmatch(usual):
        return isinstance(value, str) and bool(_COLOUR.fullmatch(value))
    if isinstance(usual, int | float):
        return type(value) in (int, float) and 0 < value < 500
    if isinstance(usual, list):
        colours = _same_kind(usual[0], "#000000")  # one for each status: none may be missing
        enough = isinstance(value, list) and (len(value) >= len(usual) or not colours)
        return enough and all(_same_kind(one, usual[0]) for one in value)
    return isinstance(value, type(usual))


_MEND = "Sửa tệp này trong thư mục mau, hoặc xóa nó để dùng mẫu gốc của phần mềm."


# What an expression of somebody who is no programmer can do.
FAULTS_OF_TEXTS = (
    jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError,
    RecursionError,
)  # fmt: skip


def filled(name: str, text: str, facts: Mapping[str, object]) -> str:
    """A text of a template with its places filled. Raises TemplateError, which names the file
    that it stands in and what is wrong."""
    try:
        return _jinja.from_string(text).render(facts)
    except FAULTS_OF_TEXTS as error:
        line = f", dòng {error.lineno}" if getattr(error, "lineno", None) else ""
        raise TemplateError(f"Mẫu {name}{line}: {error}. {_MEND}") from None


# Texts of officers, and of whoever gives them a template: they may not reach into Python.
_jinja = SandboxedEnvironment(
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
