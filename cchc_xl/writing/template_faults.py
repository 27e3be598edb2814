"""What is wrong with a template, told to the officer who edited it: the one place that turns what
jinja2, tomllib and python-docx say in English into a Vietnamese line with the next step."""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from jinja2.utils import missing

from ..errors import TemplateError

MEND = (
    "Sửa tệp này trong thư mục mau (nút Mẫu trình bày mở thư mục đó), hoặc xóa nó để dùng mẫu gốc "
    "của phần mềm."
)
_ENDS = {"endif": "if", "endfor": "for", "endset": "set", "elif": "if", "else": "if"}
_TAGS = ("if", "elif", "else", "endif", "for", "endfor", "set")
_FILTERS = ("upper", "lower", "title", "trim", "replace", "default", "join", "length", "round")


class ToldError(jinja2.UndefinedError):
    """What a template may not do, already in Vietnamese."""


class Unknown(jinja2.StrictUndefined):
    """What a template names and there is not: an error wherever it is used, which proposes the
    parts that there are."""

    __slots__ = ()

    def __init__(self, hint=None, obj=missing, name=None, exc=jinja2.UndefinedError):
        if hint is None and obj is not missing:
            hint, exc = _no_such_part(obj, name), ToldError
        super().__init__(hint, obj, name, exc)


def refused(name: str, what: str, place: str = "") -> TemplateError:
    """A template that cannot be used: one line with the file, the place, and what to do."""
    where = f", {place}" if place else ""
    return TemplateError(" ".join(f"Mẫu {name}{where}: {what}. {MEND}".split()))


def nearest(name: object, known: Iterable[object]) -> str:
    """The known names that are like one, as a part of a sentence."""
    like = difflib.get_close_matches(str(name), [str(one) for one in known], n=3, cutoff=0.7)
    return f"; gần giống: {', '.join(like)}" if like else ""


def _quoted(text: object) -> str:
    words = " ".join(str(text).split())
    return f"“{words if len(words) <= 60 else words[:60] + '…'}”"


# --------------------------------------------------------------------- texts with places


def line_number(line: int) -> str:
    return f"dòng {line}"


def refused_text(
    name: str,
    error: Exception,
    source: str,
    known: Collection[str] = (),
    where: Callable[[int], str] = line_number,
) -> TemplateError:
    """What a jinja2 text cannot be filled for. `known` are the names that it may use, `where`
    says what a line of `source` is to whoever edits the file."""
    if isinstance(error, TemplateError):
        return error
    line = _line_of(error, source)
    what = _of_text(error, known)
    if isinstance(error, _Syntax) and "innermost block" in str(error):
        tag, opened = _open_block(source, line)
        if opened and where(opened) != where(line):
            what += f" ({{% {tag} %}} mở ở {where(opened)})"
    return refused(name, what, where(line) if line else "")


def _line_of(error: Exception, source: str) -> int:
    """The line of a fault, 0 where none is known."""
    if isinstance(error, _Syntax):
        line = error.lineno
        if re.match("Unexpected end|Encountered|No (?:filter|test)", str(error)):
            return line
        # What is not closed swallows the lines below it.
        lines = source.split("\n")
        opened = (n for n in range(line, 0, -1) if re.search(r"{[{%]", lines[n - 1 : n][0]))
        return next(opened, line) if line <= len(lines) else line
    frames = traceback.extract_tb(error.__traceback__)
    return next((one.lineno or 0 for one in reversed(frames) if one.filename == "<template>"), 0)


def _open_block(source: str, until: int) -> tuple[str, int]:
    """The innermost block that is still open before a line, and the line where it begins."""
    stack: list[tuple[str, int]] = []
    before = ""
    with suppress(_Syntax):  # of what comes after
        for line, kind, value in jinja2.Environment().lex(source):
            if kind == "whitespace":
                continue
            if before == "block_begin" and line <= until:
                if value in ("if", "for", "macro", "call", "filter", "block", "with"):
                    stack.append((value, line))
                elif stack and value == f"end{stack[-1][0]}":
                    stack.pop()
            before = kind
    return stack[-1] if stack else ("", 0)


def _of_text(error: Exception, known: Collection[str]) -> str:
    if isinstance(error, ToldError):
        return str(error)
    if isinstance(error, jinja2.UndefinedError) and (
        found := re.fullmatch("'(.*)' is undefined", str(error), re.DOTALL)
    ):
        may = f"; các tên dùng được: {', '.join(known)}" if known else ""
        return f"không có tên {_quoted(found[1])}{nearest(found[1], known)}{may}"
    for kind, pattern, told in _FAULTS:
        if isinstance(error, kind) and (found := re.search(pattern, str(error), re.DOTALL)):
            return told if isinstance(told, str) else told(*found.groups())
    return "không đọc được chỗ này"


def _no_such_part(owner: object, name: object) -> str:
    """What a template asked of a value that does not have it."""
    if owner is None:
        return f"chỗ đứng trước “.{name}” chưa có số liệu; đặt nó trong {{% if … %}}"
    if not isinstance(name, str):
        return f"danh sách không có phần tử thứ {name}"
    if isinstance(owner, Mapping):
        return (
            f"không có tên “.{name}” ở chỗ này{nearest(name, owner)}; các tên dùng được: "
            f"{', '.join(map(str, owner))}"
        )
    parts = [part for part in dir(owner) if not part.startswith("_")]
    return f"không có phần “.{name}” ở chỗ này{nearest(name, parts)}"


def _unknown_tag(tag: str) -> str:
    if tag in _ENDS:
        return f"{{% {tag} %}} không có {{% {_ENDS[tag]} %}} nào mở ở trước"
    known = ", ".join(_TAGS)
    return f"không có lệnh {{% {tag} %}}{nearest(tag, _TAGS)}; các lệnh: {known}"


def _unknown_filter(name: str) -> str:
    known = ", ".join(_FILTERS)
    return f"không có cách viết “|{name}”{nearest(name, FILTERS)}; hay dùng: {known}"


def _unexpected(wanted: str, got: str) -> str:
    wanted = _SIGNS.get(wanted, _quoted(wanted))
    got = _SIGNS.get(got, _quoted(got))
    return f"chỗ này phải có {wanted} nhưng lại gặp {got}"


# What jinja2 calls the signs in its messages.
_SIGNS = {
    "end of print statement": "dấu }} đóng {{",
    "begin of print statement": "dấu {{",
    "end of statement block": "dấu %} đóng {%",
    "begin of statement block": "dấu {%",
    "end of template": "cuối tệp",
    "template data / text": "chữ thường",
    "string": "chữ trong nháy",
    "integer": "số",
    "float": "số",
    "name": "một tên",
    "comment": "ghi chú",
    "begin of comment": "dấu {#",
    "end of comment": "dấu #}",
}
_Syntax = jinja2.TemplateSyntaxError
_NESTED = r"unknown tag '(\w+)'\. You .*innermost block that needs to be closed is '(\w+)'"
_UNCLOSED = "chưa đóng: thiếu dấu %s"

_FAULTS: tuple[tuple[type[Exception] | tuple, str, str | Callable[..., str]], ...] = (
    (jinja2.TemplateAssertionError, r"No filter named '(.*)'\.", _unknown_filter),
    (jinja2.TemplateRuntimeError, r"No filter named '(.*)' found", _unknown_filter),
    (
        jinja2.TemplateAssertionError,
        r"No test named '(.*)'\.",
        lambda name: f"không có phép thử “is {name}”{nearest(name, TESTS)}",
    ),
    (
        _Syntax,
        r"Unexpected end of template.*innermost .* is '(\w+)'",
        lambda tag: f"thiếu {{% end{tag} %}} để đóng {{% {tag} %}}",
    ),
    (
        _Syntax,
        _NESTED,
        lambda got, tag: f"gặp {{% {got} %}} khi còn thiếu {{% end{tag} %}} để đóng {{% {tag} %}}",
    ),
    (_Syntax, r"unknown tag '(.*?)'\.", _unknown_tag),
    (_Syntax, "end of template, expected 'end of print", _UNCLOSED % "}}"),
    (_Syntax, "end of template, expected 'end of state", _UNCLOSED % "%}"),
    (_Syntax, "(?i)unexpected '?end of template", "chưa đóng: hết tệp mà chỗ mở {{ hoặc {% còn dở"),
    (_Syntax, "Missing end of comment", _UNCLOSED % "#}"),
    (_Syntax, "Missing end of raw", "thiếu {% endraw %} để đóng {% raw %}"),
    (_Syntax, r"expected token '(.*)', got '(.*)'", _unexpected),
    (
        _Syntax,
        r"unexpected '(\S+)', expected '(\S+)'",
        lambda got, wanted: _unexpected(wanted, got),
    ),
    (
        _Syntax,
        "Expected an expression|tag name expected|expected name or num",
        "giữa hai dấu ngoặc còn thiếu một tên hoặc lệnh",
    ),
    (
        _Syntax,
        r"""unexpected char ['"](.)""",
        lambda sign: (
            f"dấu {sign} không dùng được giữa {{{{ và }}}}, {{% và %}}; hoặc ngoặc "
            "mở ở trước chưa đóng"
        ),
    ),
    (
        _Syntax,
        r"unexpected '(.+)'",
        lambda sign: (
            f"thừa {_SIGNS.get(sign, _quoted(sign))}, hoặc ngoặc mở ở trước chưa đóng đúng"
        ),
    ),
    (_Syntax, "defined twice", "một khối được đặt tên hai lần"),
    (SecurityError, "", "đụng đến phần bên trong của phần mềm, mẫu không được dùng"),
    (jinja2.UndefinedError, "", "có chỗ không có gì để điền, ví dụ lấy phần tử của danh sách rỗng"),
    (TypeError, "no loader", "không gọi tệp khác vào được; ghi hết chữ trong tệp này"),
    (TypeError, "not callable", "có tên không gọi bằng dấu ngoặc ( ) được; bỏ dấu ngoặc"),
    (TypeError, "not iterable", "{% for %} chỉ chạy được trên một danh sách"),
    (TypeError, "argument", "cách viết sau dấu | thiếu hoặc thừa phần trong dấu ngoặc"),
    (TypeError, "", "tính hoặc so sánh hai thứ khác loại, ví dụ cộng chữ với số"),
    (ZeroDivisionError, "", "chia cho 0"),
    (OverflowError, "Range too big", "vòng lặp {% for %} quá dài"),
    ((OverflowError, MemoryError), "", "số hoặc chữ quá dài"),
    ((RecursionError, SyntaxError), "", "lồng nhau quá nhiều lớp, tự gọi lại mình hoặc ghi lặp"),
    (UnicodeError, "", "có ký tự không ghi ra được"),
)


# ------------------------------------------------------------------ files and settings


def refused_settings(name: str, error: Exception) -> TemplateError:
    """What a TOML file cannot be read for."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|.*)\)", str(error), re.DOTALL)
    if not found:
        return refused(name, "không đọc được, có chỗ lồng nhau quá nhiều lớp hoặc số quá dài")
    place = f"dòng {found[2]}, cột {found[3]}" if found[2] else "cuối tệp"
    told = (told for pattern, told in _SETTINGS if re.search(pattern, found[1], re.DOTALL))
    return refused(name, f"không đọc được: {next(told, 'dòng này ghi chưa đúng')}", place)


_SETTINGS = (
    (
        "Invalid statement|key part",
        'mỗi dòng phải là: tên = "chữ", tên = số, hoặc [mục]; tên không dấu',
    ),
    (
        "newline or end of document",
        'sau giá trị còn chữ thừa; mỗi dòng chỉ một giá trị, chữ đặt giữa hai dấu "',
    ),
    ("after a key", "sau tên phải có dấu ="),
    ("end of a table|end of an array", "tên mục phải đóng bằng dấu ]"),
    ("Unclosed array", "danh sách phải đóng bằng dấu ], các dòng cách nhau bằng dấu phẩy"),
    (
        "Unterminated|Illegal character|invalid character|Expected ['\"]{3}",
        'chữ phải đóng bằng dấu " ở cuối cùng dòng',
    ),
    (r"Unescaped|[Hh]ex|escape", "dấu \\ trong chữ phải ghi hai lần: \\\\"),
    ("Invalid value", 'sau dấu = phải là số, danh sách [ ] hoặc chữ giữa hai dấu "'),
    (
        "twice|overwrite|Duplicate|mutate|redefine",
        "tên mục hoặc tên dòng này đã ghi ở trên; bỏ một chỗ",
    ),
)


def text_of(name: str, content: bytes) -> str:
    """A template as text, whatever program of Windows saved it. Raises TemplateError."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = ""
    try:
        text = content.decode(encoding)
        at = text.find("\0")
        line = text.count("\n", 0, at) + 1 if at >= 0 else 0
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1 if encoding == "utf-8-sig" else 1
    if line:
        raise refused(
            name,
            "tệp không lưu ở dạng UTF-8. Mở bằng Notepad, chọn Lưu thành (Save As), ở ô Mã hóa "
            "(Encoding) chọn UTF-8 rồi lưu",
            line_number(line),
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
