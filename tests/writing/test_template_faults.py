"""A template that an officer spoilt is told in Vietnamese: where, what is wrong, what to do."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc_xl.cli.steps import check_templates, own_templates
from cchc_xl.errors import TemplateError
from cchc_xl.mail.letter import Words, mail_words
from cchc_xl.mail.outgoing import prepare
from cchc_xl.master.opening import load
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.workspace.folders import Workspace
from cchc_xl.writing.templates import (
    COVER,
    DOCUMENTS,
    MAIL_PAGE,
    REPORT,
    STYLES,
    filled,
    filled_text,
    house_style,
    packaged,
    using,
)
from tests.support.command import run
from tests.support.officers_texts import assert_vietnamese
from tests.support.tree import files_in
from tests.support.year import PERIOD, put_return

FACTS = {
    "co_quan": "Sở Tư pháp",
    "noi_gui": "Sở Nội vụ",
    "ky": "6 tháng",
    "ma_ky": PERIOD,
    "han": "20/6/2018",
    "so_muc": 4,
    "lan": 1,
    "nguoi_lien_he": "",
    "dien_thoai": "",
    "thu": "",
    "phat_hien": [{"o": "A1", "noi_dung": "x"}],
    "so_lieu": None,
    "trong": [],
    "so_ngay_tre": 0,
    "han_moi": "",
    "cho_sua": False,
    "khong_dung_duoc": False,
}


def written(text: str | bytes, name: str = MailKind.FORM.template, **facts: object) -> Words:
    """The mail with a form, of an own template."""
    content = text.encode() if isinstance(text, str) else text
    with using({name: content}):
        return mail_words(MailKind.FORM, {**FACTS, **facts})


def told(text: str | bytes, name: str = MailKind.FORM.template, **facts: object) -> str:
    """What an officer is told of a template."""
    with pytest.raises(TemplateError) as stopped:
        written(text, name, **facts)
    line = str(stopped.value)
    assert line.startswith(f"Mẫu {name}")
    assert_vietnamese(line)
    return line


# ------------------------------------------------------------------- which line, what is wrong


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Gửi\n{{ co_quan", "dòng 2: chưa đóng: thiếu dấu }}"),
        ("Gửi {{ co_quan\n\ntrước ngày 5.", "dòng 1: chỗ này phải có dấu }} đóng {{ nhưng lại gặp"),
        ("Gửi\n\n{{ co_quan }", "dòng 3: thừa “}”"),
        ("{% if ky }x{% endif %}", "dòng 1: thừa “}”"),
        ("Gửi {% if ky", "dòng 1: chưa đóng: thiếu dấu %}"),
        ("a\n{% if ky %}\nb\nc", "thiếu {% endif %} để đóng {% if %} ({% if %} mở ở dòng 2)"),
        (
            "{% if ky %}{% endif %}\n{% for p in phat_hien %}\nb",
            "thiếu {% endfor %} để đóng {% for %} ({% for %} mở ở dòng 2)",
        ),
        (
            "{% if ky %}\n{% for p in phat_hien %}\n{% endif %}",
            "dòng 3: gặp {% endif %} khi còn thiếu {% endfor %} để đóng {% for %} "
            "({% for %} mở ở dòng 2)",
        ),
        ("x\n{% endif %}", "dòng 2: {% endif %} không có {% if %} nào mở ở trước"),
        ("{% elsif ky %}", "không có lệnh {% elsif %}; gần giống: elif"),
        ("{% for p in phat_hien %}{% nếu )", "không có lệnh {% nếu %}"),
        ("{# ghi chú", "thiếu dấu #}"),
        ("{{ }}", "còn thiếu một tên"),
        ("{{ “ky” }}", "dấu “ không dùng được"),
        (
            "x\n\n{{ co_qan }}",
            "dòng 3: không có tên “co_qan”; gần giống: co_quan; các tên dùng "
            "được: co_quan, noi_gui",
        ),
        (
            "{% for p in phat_hien %}\n{{ p.noidung }}{% endfor %}",
            "dòng 2: không có tên “.noidung” ở chỗ này; gần giống: noi_dung; các tên dùng được: o",
        ),
        ("{{ so_lieu.da_nop }}", "chỗ đứng trước “.da_nop” chưa có số liệu"),
        ("{{ phat_hien[7].o }}", "không có phần tử thứ 7"),
        (
            "x\n{{ ky|uper }}",
            "dòng 2: không có cách viết “|uper”; gần giống: upper; hay dùng: upper",
        ),
        ("{{ ky is deffined }}", "không có phép thử “is deffined”; gần giống: defined"),
        ("{{ ky + 1 }}", "khác loại, ví dụ cộng chữ với số"),
        ("\n{{ so_muc / 0 }}", "dòng 2: chia cho 0"),
        ("{% for x in so_muc %}{% endfor %}", "chỉ chạy được trên một danh sách"),
        ("{{ ky() }}", "bỏ dấu ngoặc"),
        ("{{ ky.upper }}", "thiếu dấu ngoặc ( )"),
        ("{% include 'thu-nhac.txt' %}", "không gọi tệp khác vào được"),
        ("{{ ky|replace }}", "thiếu hoặc thừa phần trong dấu ngoặc"),
        ("{{ trong|first }}", "không có gì để điền"),
        ("{{ '\\ud800' }}", "ký tự không ghi ra được"),
        ("{{ dict(a=1, a=2) }}", "ghi lặp"),
        ("{{ " + "(" * 3000, "lồng nhau quá nhiều lớp"),
        ("{% set ky.x = 1 %}", "không đọc được"),
    ],
)
def test_a_slip_is_told_in_vietnamese(text, what):
    assert what in told(text)


def test_a_line_of_the_settings_that_cannot_be_filled_is_told_by_its_name():
    line = told('[thu]\nphieu = "Kỳ {{ kyy }}"', DOCUMENTS)
    assert "mục [thu], dòng phieu: không có tên “kyy”; gần giống: ky;" in line


@pytest.mark.parametrize("name", [MailKind.FORM.template, MAIL_PAGE])
def test_a_text_that_windows_saved_as_unicode_is_read(name):
    usual = written(packaged(name), name)
    for encoding in ("utf-16", "utf-8-sig"):
        content = packaged(name).decode("utf-8").replace("\n", "\r\n").encode(encoding)
        assert written(content, name) == usual


@pytest.mark.parametrize("name", [STYLES, DOCUMENTS, COVER, MailKind.FORM.template, MAIL_PAGE])
@pytest.mark.parametrize(
    "content",
    ["Gửi\nSở Tư pháp".encode("utf-16-le"), b"G\xe2\xfdi\xff", b"\xff\xfeG"],
    ids=["no mark", "ANSI", "cut off"],
)
def test_another_encoding_is_told_with_what_to_do(name, content, workspace):
    mau = Workspace(workspace).templates
    mau.mkdir()
    (mau / name).write_bytes(b"\n\n" + content if content[0] != 0xFF else content)
    with pytest.raises(TemplateError) as stopped:
        check_templates(Workspace(workspace))
    line = str(stopped.value)
    assert f"Mẫu {name}, dòng {1 if content[0] == 0xFF else 3}: tệp không lưu ở dạng UTF-8" in line
    assert "Save As" in line and "UTF-8 rồi lưu" in line and "codec" not in line


# ------------------------------------------------------------------------- what says nothing


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "tệp trống"),
        (b" \r\n\t\n", "tệp trống"),
        (b"\xef\xbb\xbf\n", "tệp trống"),
        ("\u200b\xa0".encode(), "tệp trống"),
        (b"{# x #}", "gửi Sở Tư pháp không còn chữ nào"),
        (b"{% if not co_quan %}x{% endif %}", "gửi Sở Tư pháp không còn chữ nào"),
        (b"**\n- .", "gửi Sở Tư pháp không còn chữ nào"),
    ],
)
def test_no_mail_goes_out_that_says_nothing(kind, content, what):
    with using({kind.template: content}), pytest.raises(TemplateError) as stopped:
        mail_words(kind, FACTS)
    assert str(stopped.value).startswith(f"Mẫu {kind.template}: ") and what in str(stopped.value)
    assert_vietnamese(str(stopped.value))


def test_a_cover_text_that_says_nothing_is_refused():
    with using({COVER: b"{% if false %}x{% endif %}"}), pytest.raises(TemplateError, match=COVER):
        filled_text(COVER, FACTS)


def test_a_mail_needs_a_subject_and_its_page_the_words():
    assert "mục [thu], dòng phieu: thư phải có tiêu đề" in told('[thu]\nphieu = " "', DOCUMENTS)
    assert "thiếu {{ noi_dung }}" in told("<p>{{ noi_gui }}</p>", MAIL_PAGE)
    assert "tệp trống" in told("\n", MAIL_PAGE)


def test_words_that_only_leave_something_out_are_allowed():
    assert written("Gửi phiếu.").plain.startswith("Gửi phiếu.\n")
    assert written("<b>{{ noi_dung|replace('<p>', '<p class=a>') }}</b>", MAIL_PAGE)


# --------------------------------------------------------------------- what users typed

SCRIPT = "<script>alert('a')</script> & \"b\""


@pytest.mark.parametrize(
    "page",
    [
        packaged(MAIL_PAGE).decode("utf-8"),
        "{{ noi_dung }}<i title='{{ noi_gui }}'>{{ noi_gui|upper }}{{ co_quan|e }}</i>",
    ],
    ids=["ours", "their own"],
)
def test_what_users_typed_is_no_html(page):
    facts = dict.fromkeys(("co_quan", "noi_gui", "ky", "nguoi_lien_he", "thu"), SCRIPT)
    words = written(page, MAIL_PAGE, **facts)
    assert "<script" not in words.html.lower()
    assert not re.search("title='[^']*&quot|title='[^']*alert\\('", words.html)  # no way out of it
    assert "&lt;script&gt;" in words.html and "&amp;lt;" not in words.html
    assert SCRIPT in words.plain  # and a plain text has it as typed


@pytest.mark.parametrize("own", ["{{ co_quan }}", "{{ co_quan|upper }}", "**{{ co_quan }}**"])
def test_what_users_typed_is_no_html_in_own_words(own):
    page = written(own, co_quan=SCRIPT).html.partition("<body")[2]
    assert "&lt;script&gt;" in page.lower() and "<script" not in page.lower()


def test_what_users_typed_is_no_template():
    assert "{{ 7*7 }}{% if %}" in written("{{ co_quan }}", co_quan="{{ 7*7 }}{% if %}").plain


# ------------------------------------------------------------------ what no template may do


@pytest.mark.parametrize(
    "text",
    [
        "{{ co_quan.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ '{0.__class__}'.format(co_quan) }}",
        "{{ co_quan|attr('__class__') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ phat_hien.clear() }}",
        "{{ phat_hien[0].update(o='B2') }}",
        "{{ phat_hien.append(1) }}",
    ],
)
def test_a_template_does_not_reach_into_python_or_change_facts(text):
    facts = [{"o": "A1"}]
    try:
        done = written(f"x{text}", phat_hien=facts).plain
    except TemplateError as error:
        assert_vietnamese(str(error))
    else:  # jinja2 gives nothing instead of refusing
        assert done.startswith("x\n")
    assert facts == [{"o": "A1"}]


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(10**9) %}{% endfor %}",
        "{{ range(10**9)|list }}",
        "{{ 9**9**9 }}",
        "{{ 'x' * 10**10 }}",
        "{{ [1] * 10**10 }}",
        "{{ 10**10 * 'x' }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ],
)
def test_what_would_not_end_is_refused_at_once(text):
    start = time.monotonic()
    assert "dòng 1" in told(text)
    assert time.monotonic() - start < 5
    assert written("{{ '-' * 20 }} {{ so_muc * 2 }} {{ 2 ** 3 }} a").plain.startswith("-----")


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        " ",
        "\n",
        "co_quan",
        "ky",
        "phat_hien",
        "p",
        "if",
        "else",
        "endif",
        "for",
        "in",
        "endfor",
        "set",
        "=",
        "==",
        "+",
        "*",
        "/",
        "|",
        "upper",
        "replace",
        "is",
        "defined",
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
        "'",
        '"',
        "1",
        "0",
        "__class__",
        "raw",
        "macro",
        "include",
        "block",
        "endblock",
        "~",
        "\\",
        "xin chào",
        "loop.index",
        "-",
        "not",
        "filter",
        "call",
        "import",
        "extends",
        "with",
        "\x00",
        "“",
        "{% if ky %}",
        "{% endif %}",
        "{% for p in phat_hien %}",
        "{% endfor %}",
        "{{ co_quan }}",
        "{{ p.o }}",
        "{{ khong_co }}",
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text() | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_a_template_or_told_in_vietnamese(text):
    try:
        assert isinstance(filled(MailKind.FORM.template, text, FACTS), str)
    except TemplateError as error:
        assert_vietnamese(str(error))


@settings(max_examples=200, deadline=None)
@given(
    content=st.binary()
    | st.text().map(str.encode)
    | st.lists(
        st.sampled_from(
            [
                "[font]",
                "name",
                " = ",
                '"a"',
                "'",
                '"',
                "\n",
                "[",
                "]",
                "{",
                "}",
                "1",
                ".",
                ",",
                "#",
                "\\",
                '"""',
                "é",
                "body",
                "=",
                "[[",
                "]]",
                "1e400",
                "true",
                "2020-13-45",
            ]
        ),
        max_size=10,
    ).map(lambda pieces: "".join(pieces).encode())
)
def test_any_settings_are_settings_or_told_in_vietnamese(content):
    try:
        with using({STYLES: content}):
            assert house_style()["font"]["name"]
    except TemplateError as error:
        assert_vietnamese(str(error))


# ----------------------------------------------------------------------- on every way there

BROKEN = {
    DOCUMENTS: (
        b'[dau_trang]\nso = "{{ tinhh }}"',
        "mục [dau_trang], dòng so: không có tên “tinhh”",
        ("consolidate", "report", "handouts"),
    ),
    STYLES: (
        b"[font]\nname = Arial",
        "dòng 2, cột 8: không đọc được: sau dấu = phải là số",
        ("forms", "consolidate", "feedback", "handouts", "templates", "send forms --dry-run"),
    ),
    COVER: (b"", "tệp trống", ("feedback", "templates", "send feedback --dry-run")),
    MailKind.FORM.template: (
        b"\n{% if ky %}",
        "thiếu {% endif %} để đóng {% if %}",
        ("templates", "send forms --dry-run", "send forms --drafts"),
    ),
    REPORT: (b"PK", "không phải tệp Word", ("report", "templates")),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.long
def test_every_command_tells_the_same_and_writes_nothing(workspace, name):
    content, what, commands = BROKEN[name]
    put_return(load(workspace), "Sở Nội vụ", PERIOD, {"7.1.2": {"percent": 150}})
    own_templates(Workspace(workspace))
    (Workspace(workspace).templates / name).write_bytes(content)
    before = files_in(workspace)
    lines = set()
    for command in commands:
        verb, *rest = command.split()
        of_period = () if verb == "templates" else ("--period", PERIOD)
        code, _, err = run(verb, workspace, *rest, *of_period, ok=False)
        assert code == 8, (command, err)
        assert err.startswith(f"Mẫu {name}") and what in err and err.count("\n") == 1
        assert_vietnamese(err.strip())
        lines.add(err.partition("; các tên")[0])  # the table of a collector may name more
    assert len(lines) == 1
    assert files_in(workspace) == before


def test_a_template_that_was_deleted_is_the_usual_one_again(workspace):
    paths = own_templates(Workspace(workspace))
    for path in paths:
        path.write_bytes(b"\xff")
    with pytest.raises(TemplateError):
        prepare(load(workspace), PERIOD, MailKind.FORM)
    for path in paths:
        path.unlink()
    own_templates(Workspace(workspace))
    check_templates(Workspace(workspace))
    assert prepare(load(workspace), PERIOD, MailKind.FORM).held
