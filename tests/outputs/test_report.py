"""The report in words: every figure in it stands in the workbook, and says where."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import docx
import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from cchc_xl.cli.steps import consolidate_again, consolidate_period, own_templates
from cchc_xl.errors import TemplateError
from cchc_xl.files.spreadsheets import OpenedWorkbook
from cchc_xl.ledger.ledger import consolidate
from cchc_xl.master.opening import load
from cchc_xl.outputs.citations import Citations, verify
from cchc_xl.outputs.monitoring import write_outputs
from cchc_xl.outputs.report import write_report
from cchc_xl.workspace.folders import Workspace
from cchc_xl.writing.templates import REPORT, packaged, using
from tests.support.listener import listen
from tests.support.officers_texts import assert_vietnamese
from tests.support.reports import paragraphs, with_words
from tests.support.year import FIRST, PERIOD, SAME, cut_down, put_return

NUMBER = re.compile(r"-?\d[\d.,]*")
KEPT = {"3598-2017": ("1.1", "6.3", "7.1"), "2784-2017": ("I", "VII")}


@pytest.fixture(scope="module")
def reported(year, tmp_path_factory):
    """A workspace whose second period was consolidated with a report."""
    root = tmp_path_factory.mktemp("report") / "CCHC-2018"
    shutil.copytree(year, root)
    return root, consolidate_period(load(root), PERIOD, with_report=True)


@pytest.fixture(scope="module")
def told(reported) -> list[str]:
    return paragraphs(reported[1].outputs[1])


@pytest.fixture(scope="module")
def small(two_periods):
    """(ledger, earlier) of a plan that is small enough to be written often."""
    programme = cut_down(two_periods.ledger.programme, KEPT)
    here = {(item.plan, item.code) for plan in programme.plans for item in plan.items}

    def of(ledger, earlier):
        returns = [
            replace(one, rows=tuple(r for r in one.rows if (r.item.plan, r.item.code) in here))
            for one in ledger.returns
        ]
        return consolidate(programme, ledger.period, returns, earlier)

    first = of(two_periods.earlier[0], [])
    return of(two_periods.ledger, [first]), [first]


@pytest.fixture(scope="module")
def written(small):
    ledger, earlier = small
    return write_outputs(ledger, earlier)


def made_with(template: bytes, small, written):
    """The report that a template gives, held against the workbook as the product does it."""
    ledger, earlier = small
    with using({REPORT: template}):
        report = write_report([*earlier, ledger], Citations(written.figures))
    verify(report.citations, OpenedWorkbook(written.workbook))
    return report


# -------------------------------------------------------------------- every figure


def citations_of(path) -> list[tuple[str, str, str, str]]:
    """(sentence, printed, sheet, cell) of the sheet Dẫn chiếu báo cáo."""
    rows = list(openpyxl.load_workbook(path)["Dẫn chiếu báo cáo"].iter_rows(values_only=True))
    return [(row[1], str(row[2]), row[4], row[5]) for row in rows[4:] if row[0]]


@pytest.mark.long
def test_every_citation_names_a_cell_that_holds_it(reported):
    workbook = openpyxl.load_workbook(reported[1].outputs[0], data_only=True)
    kinds = Counter()
    for sentence, printed, sheet, cell in citations_of(reported[1].outputs[0]):
        stands = workbook[sheet][cell].value
        assert printed in sentence
        if isinstance(stands, str):
            assert " ".join(stands.split()) == printed
            kinds["text"] += 1
        elif NUMBER.fullmatch(printed):
            shown = float(printed.replace(".", "").replace(",", "."))
            places = len(printed.partition(",")[2])
            assert shown == pytest.approx(stands, abs=0.5 * 10**-places + 1e-9)
            kinds["number"] += 1
        else:  # in words
            assert listen(printed.removesuffix(" đồng").lower()) == round(stands * 1_000_000)
            kinds["words"] += 1
    assert kinds["number"] > 200 and kinds["text"] > 20 and kinds["words"] == 2


def test_every_number_of_the_report_is_cited_or_is_the_plans(reported, told):
    """Read with another program, every number accounted for."""
    ledger = reported[1].ledger
    programme = ledger.programme
    cited = citations_of(reported[1].outputs[0])
    # What is not of the returns: decisions, titles, deadlines, names, the period.
    due = ledger.period.due_before
    known = {
        ledger.period.name.lower(),
        "năm 2018",
        "quý I 2018",
        f"{due:%d}/{due.month}/{due.year}",
    }
    for plan in programme.plans:
        known |= {plan.title, plan.decision, plan.short_name, plan.short_name.upper()}
        known |= {goal.text for goal in plan.goals}
        for item in plan.items:
            known |= {item.title, f"({item.code})", item.end.printed if item.end else ""}
    known |= {agency.name for agency in programme.registry.agencies}
    codes = {item.code for plan in programme.plans for item in plan.items}
    lines = [text for text in told if NUMBER.search(text)]
    assert len(lines) > 200
    for text in lines:
        here = [printed for sentence, printed, _, _ in cited if sentence in text]
        left = re.sub(r"^\d\. |^Phụ lục I+\.\d$", " ", text)  # numbers of paragraphs
        left = re.sub(r"ngày \d\d tháng \d\d? năm \d{4}", " ", left)  # of a decision
        quoted = [printed for printed in here if not NUMBER.fullmatch(printed)]
        for words in sorted(filter(None, {*known, *quoted}), key=len, reverse=True):
            left = left.replace(words, " ")
        numbers = Counter(found.rstrip(".,") for found in NUMBER.findall(left))
        if text in codes or re.fullmatch(r"\d\d?", text):  # a code, or a number in a table
            continue
        assert not numbers - Counter(here), (text, left)


def test_the_headline_figures_are_those_of_the_ledger(reported, told):
    """Counted here from what agencies wrote."""
    ledger = reported[1].ledger
    text = "\n".join(told)
    spent = sum(fact.spent or 0 for fact in ledger.facts)
    million = f"{spent / 1_000_000:,.3f}".rstrip("0").rstrip(".")
    million = million.translate(str.maketrans(",.", ".,"))
    assert f"Số đã chi lũy kế là {million} triệu đồng" in text
    assert f"{spent / 8_000_000_000 * 100:.1f}%".replace(".", ",") in text
    assert "Tổng dự toán là 8.000 triệu đồng (Tám tỷ đồng)" in text
    assert "8/36 cơ quan" in text and "7 cơ quan nộp đúng hạn" in text
    assert "1 cơ quan nộp trễ (Sở Y tế)" in text
    assert "So với quý I 2018, số việc hoàn thành là" in text  # the numeral keeps its capital


# -------------------------------------------------------------- whole, and the same


@pytest.mark.long
def test_report_and_workbook_are_valid_and_the_same_bytes_again(reported, tmp_path):
    root, done = reported
    before = [path.read_bytes() for path in done.outputs]
    for path in done.outputs:
        assert not OpenXmlValidator().validate(path).errors
    again = consolidate_period(load(root), PERIOD)  # the report is made anew by itself
    assert [path.read_bytes() for path in again.outputs] == before
    _, files, same = consolidate_again(load(root), PERIOD, tmp_path / "lan-1")
    assert same
    assert {path.suffix: path.read_bytes() for path in files if path.suffix != ".json"} == {
        path.suffix: content for path, content in zip(done.outputs, before, strict=True)
    }


def test_libreoffice_shows_its_sentences(reported, told, libreoffice, tmp_path):
    pdf = libreoffice.convert(reported[1].outputs[1], "pdf", tmp_path)
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True)
    shown = " ".join(text.stdout.decode().split())
    for start in (
        "Đến nay đã nhận",
        "Trong tổng số",
        "Tổng dự toán",
        "So với quý I",
        "Phụ lục III",
    ):
        sentence = next(line for line in told if line.startswith(start))
        assert " ".join(sentence.split()[:12]) in shown


# --------------------------------------------------------------------- what agencies wrote

HOSTILE = (
    "a & b < c > \"d\" 'e' &amp; </w:t>",
    "{{ 7*7 }} {% if %} {# x #}",
    "x {_{ 7*7 }_} {_% if %_}",
    "dòng 1\ndòng 2\tsau dấu tab",
    "trước\x01\x02sau",
    "riêng \ue000\ue010\ue001giả\ue002 tư",
    "_x0041_ _x000D_",
    "=1+1",
    "\ufffe",
    "dài " * 10_000,
    "\U0001f600 Ðắk Lắk ê̂",
)


def test_texts_of_agencies_arrive_as_written_and_harm_nothing(small):
    ledger, earlier = small
    texts = iter(HOSTILE)
    given = []

    def told(row):
        if (words := next(texts, None)) is None:
            return row.saying(difficulties="")
        given.append(words)
        return row.saying(difficulties=words)

    returns = [replace(one, rows=tuple(map(told, one.rows))) for one in ledger.returns]
    ledger = consolidate(ledger.programme, ledger.period, returns, earlier)
    assert given == list(HOSTILE)
    outputs = write_outputs(ledger, earlier, with_report=True)
    lines = paragraphs(outputs.report)
    for words in HOSTILE:
        if words == "\ufffe":
            continue
        plain = " ".join(re.sub("[\x00-\x08\ue000-\ue01f]", "", words).split())[:30_000]
        assert any(line.startswith(f"- {plain}") for line in lines), words[:40]
    assert not any(re.search("[\ue000-\ue01f]", line) for line in lines)
    book = openpyxl.load_workbook(io.BytesIO(outputs.workbook))
    assert not [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and cell.value in HOSTILE
    ]


def test_equal_texts_stand_once_with_all_who_wrote_them(reported, told):
    facts = reported[1].ledger.facts
    written: dict[str, set[str]] = {}
    for heading, field in (
        ("KHÓ KHĂN, VƯỚNG MẮC", "difficulties"),
        ("ĐỀ XUẤT, KIẾN NGHỊ", "proposals"),
    ):
        written = {}
        for fact in facts:
            if words := fact[field]:
                written.setdefault(words, set()).add(fact.agency)
        at = next(n for n, line in enumerate(told) if line.endswith(f". {heading}"))
        shown = {}
        for line in told[at + 1 :]:
            if not line.startswith("- "):
                break
            words, agencies = re.fullmatch(r"- (.*) \(([^()]*)\)\.", line).groups()
            assert words not in shown
            shown[words] = set(agencies.split("; "))
        assert shown == written
    assert len({fact.agency for fact in facts if fact["difficulties"] == SAME}) > 1


def test_a_quiet_year_reads_well(small):
    """No money, no earlier period, no goals, nothing overdue, nothing asked for."""
    ledger, _ = small
    plan = replace(ledger.programme.plans[1], goals=())
    programme = replace(ledger.programme, plans=(plan,))
    returns = [
        replace(
            one,
            rows=tuple(
                row.saying(difficulties="", proposals="", status="Hoàn thành")
                for row in one.rows
                if row.item.plan == plan.id
            ),
        )
        for one in ledger.returns
    ]
    text = "\n".join(
        paragraphs(
            write_outputs(consolidate(programme, ledger.period, returns), with_report=True).report
        )
    )
    for line in (
        "Không có việc quá hạn.",
        "Các cơ quan không nêu khó khăn, vướng mắc.",
        "Các cơ quan không có đề xuất, kiến nghị.",
        "III. VIỆC QUÁ HẠN, NGUYÊN NHÂN",
        "V. ĐỀ XUẤT, KIẾN NGHỊ",
    ):
        assert line in text
    for absent in (
        "So với",
        "CHỈ TIÊU CỦA TỈNH",
        "Phụ lục III",
        "None",
        "chưa có số liệu triệu",
        "chưa có số liệu%",
        "KINH PHÍ THEO CƠ QUAN",
    ):
        assert absent not in text


# ----------------------------------------------------------------------- own templates


@pytest.mark.parametrize(
    "expression",
    [
        '{{ kinh_phi.da_chi|replace(",", ".") }}',
        "{{ kinh_phi.da_chi|string|truncate(5, True, '', 0) }}",
        "{{ kinh_phi.da_chi|string|reverse }}",
        "{{ kinh_phi.da_chi|int }}",
        "{{ kinh_phi.da_chi|float }}",
        "{{ kinh_phi.da_chi|round }}",
        "{{ kinh_phi.da_chi + 1 }}",
        "{{ kinh_phi.da_chi.value }}",
        "{{ kinh_phi.da_chi._value }}",
        "{{ kinh_phi.da_chi._citations }}",
        "{{ kinh_phi.da_chi|wordwrap(2) }}",
        "{{ khong_co }}",
        "{{ kinh_phi.khong_co }}",
        "{{ kinh_phi.da_chi|khong_co }}",
        "{{ kho_khan[99].noi_dung }}",
        "{{ kinh_phi.da_chi",
        "{% if kinh_phi %}",
        "{% for x in ke_hoach %}",
        "{% include 'x' %}",
        "{{ ''.__class__ }}",
        "{{ kinh_phi.da_chi.__init__.__globals__ }}",
        "{{ range(10**9)|list }}",
        "{{ 1 / 0 }}",
        "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    ],
)
def test_what_a_template_may_not_do_stops_with_one_line(expression, small, written):
    with pytest.raises(TemplateError) as stopped:
        made_with(with_words(expression), small, written)
    line = str(stopped.value)
    assert_vietnamese(line)
    assert "\n" not in line and "bao-cao.docx" in line and "mẫu" in line
    assert not re.search("[\ue000-\ue01f]", line)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"khong phai Word",
        packaged(REPORT)[:9000],
        packaged("styles.toml"),
        packaged(REPORT).replace(packaged(REPORT)[3000:3400], b"\0" * 400),
    ],
    ids=["nothing", "two letters", "a text", "cut off", "settings", "ruined inside"],
)
def test_what_is_no_word_file_is_told(content, small, written):
    with pytest.raises(TemplateError, match="không phải tệp Word dùng được; mở lại bằng Word"):
        made_with(content, small, written)


def test_a_document_without_places_is_told(small, written):
    document = docx.Document()
    document.add_paragraph("BÁO CÁO kết quả cải cách hành chính")
    buffer = io.BytesIO()
    document.save(buffer)
    with pytest.raises(TemplateError, match=r"bao-cao\.docx: không còn chỗ {{ … }} nào"):
        made_with(buffer.getvalue(), small, written)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("{{ kinh_phi.da_chii }}", "không có tên “.da_chii” ở chỗ này; gần giống: da_chi"),
        ("{{ kinh_fi.da_chi }}", "không có tên “kinh_fi”; gần giống: kinh_phi"),
        ("{{ kinh_phi.da_chi|uper }}", "không có cách viết “|uper”; gần giống: upper"),
        ("{% if kinh_phi %}", "thiếu {% endif %} để đóng {% if %} ({% if %} mở ở đoạn “"),
    ],
)
def test_a_slip_in_the_report_is_told_by_the_words_around_it(expression, told, small, written):
    with pytest.raises(TemplateError) as stopped:
        made_with(with_words(f"Số đã chi {expression}"), small, written)
    assert told in str(stopped.value)
    assert "đoạn “{% if kinh_phi.du_toan == none %}Các kế hoạch" in str(stopped.value)


def test_a_filter_cannot_turn_one_citation_into_another(small, written):
    """Whatever digits it replaces, those of the figure are all it finds."""
    usual = made_with(packaged(REPORT), small, written)
    figure = next(one.printed for one in usual.citations if one.figure.what == "spent")
    for digit in sorted(set("0123456789") - set(figure)):
        other = with_words(f'{{{{ kinh_phi.da_chi|replace("{digit}", "7") }}}}')
        assert made_with(other, small, written).citations == usual.citations


def test_a_template_of_ones_own_may_say_more(small, written):
    own = with_words("{{ kinh_phi.da_chi }} ({{ viec.qua_han }} việc quá hạn, {{ ky|upper }})")
    report = made_with(own, small, written)
    lines = paragraphs(report.content)
    late = sum(
        r.status == "Quá hạn"
        for (p, c), r in small[0].items.items()
        if small[0].programme.plan_by_id[p].is_leaf(r.item)
    )
    assert any(f"({late} việc quá hạn, 6 THÁNG ĐẦU NĂM 2018)" in line for line in lines)


# ----------------------------------------------------------------- what people did to files


@pytest.fixture
def own(workspace):
    """A workspace of its own with one return."""
    put_return(load(workspace), "Sở Nội vụ", PERIOD, entries(12))
    return workspace


def entries(spent: float) -> dict:
    return {"7.1.2": {"status": "Đang thực hiện", "percent": 40, "spent": spent, "result": "x"}}


def files_in(root) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.mark.long
def test_a_bad_template_leaves_everything_as_it_was(own):
    consolidate_period(load(own), PERIOD, with_report=True)
    path = own_templates(Workspace(own))[3]
    path.write_bytes(with_words('{{ kinh_phi.da_chi|replace("1", "4") }}'))
    put_return(load(own), "Sở Tư pháp", PERIOD, {})
    before = files_in(own)
    for with_report in (True, False):  # once made, it is made with every consolidation
        with pytest.raises(TemplateError, match="báo cáo ghi “42” nhưng ô"):
            consolidate_period(load(own), PERIOD, with_report=with_report)
    done = subprocess.run(
        [sys.executable, "-m", "cchc_xl", "report", str(own), "--period", PERIOD],
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 8
    (line,) = done.stderr.decode().strip().splitlines()
    assert "báo cáo ghi “42” nhưng ô" in line
    assert files_in(own) == before


@pytest.mark.long
def test_edited_outputs_are_never_lost(own):
    folder = Workspace(own).results(PERIOD)
    workbook, report = consolidate_period(load(own), PERIOD, with_report=True).outputs
    issued = report.read_bytes()
    edited = b"sua tay " + issued
    report.write_bytes(edited)
    workbook.write_bytes(b"sua tay so")
    done = consolidate_period(load(own), PERIOD)  # nothing else has changed
    assert report.read_bytes() == edited
    assert "report-edited" in {found.code for found in done.findings}
    assert [p.read_bytes() for p in folder.glob("Phu-luc-2*_sua-tay-*")] == [b"sua tay so"]
    put_return(load(own), "Sở Nội vụ", PERIOD, entries(13))
    done = consolidate_period(load(own), PERIOD)  # a figure has changed: report anew, edit kept
    assert report.read_bytes() not in (edited, issued)
    assert edited in [path.read_bytes() for path in folder.glob("Bao-cao*_sua-tay-*.docx")]
    assert "output-edited" in {found.code for found in done.findings}
    assert any("đã chi lũy kế là 13 triệu đồng" in line for line in paragraphs(report))
    consolidate_period(load(own), PERIOD)
    assert len(list(folder.glob("*_sua-tay-*"))) == 2  # once each


def test_again_is_the_same_with_the_templates_of_that_day(own, tmp_path):
    mau = own_templates(Workspace(own))
    for path in mau:
        path.write_bytes(path.read_bytes())
    mau[3].write_bytes(with_words("{{ kinh_phi.da_chi }} (mẫu riêng)"))
    mau[1].write_text('[cuoi_trang]\nnguoi_ky = "Ông A"\n', "utf-8")
    workbook, report = consolidate_period(load(own), PERIOD, with_report=True).outputs
    then = workbook.read_bytes(), report.read_bytes()
    mau[1].unlink()
    mau[3].write_bytes(b"hong")
    _, files, same = consolidate_again(load(own), PERIOD, tmp_path / "again")
    assert same and {path.read_bytes() for path in files} >= set(then)
    assert any("(mẫu riêng)" in line for line in paragraphs(then[1]))


def test_a_period_without_a_report_gets_none(own):
    assert len(consolidate_period(load(own), PERIOD).outputs) == 1
    assert not Workspace(own).report(PERIOD).exists()
    assert FIRST not in {path.name for path in Workspace(own).results(PERIOD).glob("*")}


# ------------------------------------------------------------------------------ commands


def run(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cchc_xl", *map(str, arguments)], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.long
def test_a_row_is_traced_to_the_cells_of_the_returns(reported):
    root, done = reported
    told = json.loads(run("trace", root, "--period", PERIOD, "--code", "7.1.2", "--json"))
    (row,) = told["rows"]
    workbook = openpyxl.load_workbook(done.outputs[0], data_only=True)
    opened = {}
    seen = Counter()
    for figure in row["figures"]:
        for place in figure["written"]:
            stands = workbook[place["sheet"]][place["cell"]].value
            value = figure["value"]
            assert stands == (pytest.approx(value) if isinstance(value, float) else value)
        for source in figure["sources"]:
            if figure["period"] != PERIOD or figure["what"] in ("added", "change", "collections"):
                continue
            path = root / PERIOD / "nhan-ve" / source["file"]
            page = opened.setdefault(path, openpyxl.load_workbook(path))[source["sheet"]]
            assert page[source["cell"]].value == source["value"]
            seen[figure["what"]] += 1
    assert {"spent", "status", "result", "share", "left"} <= seen.keys()
    text = run("trace", root, "--period", PERIOD, "--code", "7.1.2")
    assert "Phieu_2018-6T_So-Noi-vu.xlsx" in text


@pytest.mark.long
def test_templates_and_report_are_commands(own):
    listed = run("templates", own).split()
    assert [line.rpartition("/")[2] for line in listed] == [
        "styles.toml",
        "van-ban.toml",
        "phan-hoi.txt",
        "bao-cao.docx",
        "thu-phieu.txt",
        "thu-nhac.txt",
        "thu-ket-qua.txt",
        "thu.html",
    ]
    written = json.loads(run("report", own, "--period", PERIOD, "--json"))
    assert "Bao-cao_2018-6T.docx" in json.dumps(written) and Workspace(own).report(PERIOD).exists()
