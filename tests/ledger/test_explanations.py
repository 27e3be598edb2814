"""Explanations: an agency answers a finding once, and is asked again when the figure changes."""

from __future__ import annotations

import datetime
import os
import shutil
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from cchc_xl.cli.as_json import ledger_json
from cchc_xl.cli.steps import (
    audit_period,
    consolidate_again,
    consolidate_period,
    own_templates,
    read_returns,
)
from cchc_xl.files.spreadsheets import OpenedWorkbook
from cchc_xl.findings.finding import Place, finding
from cchc_xl.findings.rules import RULES
from cchc_xl.findings.severity import Severity
from cchc_xl.master.opening import load
from cchc_xl.master.reader import read_master
from cchc_xl.master.writer import write_master
from cchc_xl.period.dispatch import make_feedback
from cchc_xl.plan import fields
from cchc_xl.plan.explanations import (
    ACCEPT,
    AN_ERROR,
    CHANGED,
    IN_FORCE,
    REFUSE,
    REFUSED,
    UNNEEDED,
    Explanation,
    settle,
)
from cchc_xl.returns.answer_sheet import EXPLANATION, KEYS
from cchc_xl.writing.templates import REPORT
from tests.support.forms import Form, edit_workbook, form_of, return_form
from tests.support.reports import paragraphs

FIRST, PERIOD, THIRD, YEAR = "2018-Q1", "2018-6T", "2018-9T", "2018-NAM"
AGENCY = "Sở Tư pháp"
OVER, DONE = "spent-over-budget", "done-without-evidence"
# Of a budget of 15: over it, and finished without a document.
ENTRIES = {"1.1.3": {"status": "Hoàn thành", "percent": 100, "spent": 20}}
PLAIN = {"status": "Đang thực hiện", "percent": 10, "spent": 0}
WHY = "Chi bổ sung theo Quyết định 15/QĐ-STP"


def send(workspace, entries=ENTRIES, name="phieu.xlsx", period=PERIOD, day=1, agency=AGENCY):
    """A form of an agency, filled in and put into nhan-ve; its other rows are in order."""
    form = form_of(workspace, period, agency)
    filled = dict.fromkeys(Form(form).rows, PLAIN) | entries
    return on_day(return_form(form, workspace / period / "nhan-ve", filled, name), day)


def on_day(path: Path, day: int) -> Path:
    moment = 1_527_000_000 + day * 86_400
    os.utime(path, (moment, moment))
    return path


def asked(workspace, period=PERIOD) -> dict[str, Path]:
    """Whom feedback goes to."""
    return make_feedback(load(workspace), period)[0]


class Answer:
    """The feedback workbook as the agency has it open."""

    def __init__(self, path: Path):
        self.book = openpyxl.load_workbook(path)
        self.list = self.book.worksheets[0]
        for row in self.list.iter_rows():
            values = [cell.value for cell in row]
            if EXPLANATION in values:
                self.heading = row[0].row
                self.column = {value: at for at, value in enumerate(values, 1) if value}
                break

    def lines(self) -> dict[tuple[str, str], int]:
        """(rule, row) -> the line that asks for an explanation."""
        rule, row = (self.column[name] for name in KEYS[1:3])
        return {
            (self.list.cell(n, rule).value, self.list.cell(n, row).value.partition("|")[2]): n
            for n in range(self.heading + 1, self.list.max_row + 1)
            if self.list.cell(n, rule).value
        }

    def cell(self, rule, code="1.1.3"):
        return self.list.cell(self.lines()[rule, code], self.column[EXPLANATION])

    def explain(self, rules=(OVER, DONE), text=WHY, code="1.1.3") -> Answer:
        for rule in rules:
            self.cell(rule, code).value = text
        return self

    def form(self) -> Form:
        form = Form.__new__(Form)
        form.workbook, form.sheet = self.book, self.book["Phiếu báo cáo"]
        form.find()
        return form

    def send(self, workspace, name="giai-trinh.xlsx", period=PERIOD, day=2) -> Path:
        path = workspace / period / "nhan-ve" / name
        self.book.save(path)
        return on_day(path, day)


@pytest.fixture
def explained(workspace):
    """A return that two rules warn of, then the feedback to it with both explained."""
    send(workspace)
    Answer(asked(workspace)[AGENCY]).explain().send(workspace)
    return workspace


def found(workspace, period=PERIOD, agency=AGENCY) -> dict:
    """The rules' findings of an agency by code."""
    ledger = read_returns(load(workspace), period).ledger
    return {one.code: one for one in ledger.findings if one.row and one.agency == agency}


def severities(workspace, period=PERIOD) -> dict[str, str]:
    return {code: one.severity for code, one in found(workspace, period).items()}


def states(workspace, period=PERIOD) -> dict[str, str]:
    ledger = read_returns(load(workspace), period).ledger
    return {one.explanation.rule: one.state for one in ledger.explanations}


# ---------------------------------------------------------------- what the agency gets


def test_only_warnings_of_rules_can_be_explained(workspace):
    send(workspace, {**ENTRIES, "1.3.4": {"status": "Gần xong", "spent": "mười"}})
    answer = Answer(asked(workspace)[AGENCY])
    assert set(answer.lines()) == {(OVER, "1.1.3"), (DONE, "1.1.3")}
    assert not answer.cell(OVER).protection.locked
    assert answer.cell(OVER).fill.fgColor.rgb == "FFFFF9E3"
    others = [
        answer.list.cell(n, answer.column[EXPLANATION])
        for n in range(answer.heading + 1, answer.list.max_row + 1)
        if n not in answer.lines().values()
    ]
    assert others and all(c.protection.locked and c.fill.fill_type is None for c in others)
    assert answer.list.protection.sheet
    hidden = [c for c in answer.list.column_dimensions.values() if c.hidden]
    assert {at for c in hidden for at in range(c.min, c.max + 1)} == {
        answer.column[name] for name in KEYS
    }


@pytest.mark.long
def test_the_sheet_and_the_cover_say_what_the_column_is_for(workspace):
    send(workspace)
    path = asked(workspace)[AGENCY]
    assert EXPLANATION in Answer(path).list["A4"].value
    assert "cột Giải trình" in path.with_suffix(".txt").read_text("utf-8-sig")
    assert OpenXmlValidator().validate(path).errors == []


def test_where_nothing_can_be_explained_nobody_is_asked_to(workspace):
    send(workspace, {"1.3.4": {"status": "Gần xong", "spent": 0}})
    path = asked(workspace)[AGENCY]
    page = openpyxl.load_workbook(path).worksheets[0]
    assert EXPLANATION not in [cell.value for cell in page[6]]
    assert "Giải trình" not in path.with_suffix(".txt").read_text("utf-8-sig")


# ------------------------------------------------------------------- and what it answers


def test_an_explained_warning_becomes_a_note_with_the_text_and_its_place(explained):
    notes = found(explained)
    assert {code: one.severity for code, one in notes.items()} == {OVER: "info", DONE: "info"}
    message = notes[OVER].message
    assert f"Cơ quan giải trình: “{WHY}” (giai-trinh.xlsx, Cần sửa, G" in message
    assert message.endswith(").") and "Không cần làm gì" in notes[OVER].action
    assert AGENCY not in asked(explained)
    ledger = read_returns(load(explained), PERIOD).ledger
    assert ledger.items["3598-2017", "1.1.3"].spent == 20_000_000


def test_what_is_not_explained_is_still_asked(workspace):
    send(workspace)
    Answer(asked(workspace)[AGENCY]).explain([OVER]).send(workspace)
    assert severities(workspace) == {OVER: "info", DONE: "warning"}
    assert set(Answer(asked(workspace)[AGENCY]).lines()) == {(DONE, "1.1.3")}


def test_when_the_figure_changes_it_is_a_warning_again(explained):
    send(explained, {"1.1.3": {**ENTRIES["1.1.3"], "spent": 21}}, "moi.xlsx", day=3)
    notes = found(explained)
    assert (notes[OVER].severity, notes[DONE].severity) == ("warning", "info")
    assert "Giải trình trước đây là cho “20”" in notes[OVER].message and WHY in notes[OVER].message
    assert states(explained) == {OVER: CHANGED, DONE: IN_FORCE}
    assert (OVER, "1.1.3") in Answer(asked(explained)[AGENCY]).lines()


def test_an_agency_that_changes_the_figure_in_the_same_file_explains_the_old_one(workspace):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY]).explain()
    answer.form().fill({"1.1.3": {"spent": 30}})
    answer.send(workspace)
    assert severities(workspace) == {OVER: "warning", DONE: "info"}


def test_it_is_kept_when_a_later_version_comes_without_it(explained):
    send(explained, ENTRIES, "nop-lai.xlsx", day=4)
    ledger = read_returns(load(explained), PERIOD).ledger
    assert ledger.accepted[AGENCY].file == "nop-lai.xlsx"
    assert set(severities(explained).values()) == {"info"}
    assert AGENCY not in asked(explained)


def test_it_holds_in_later_periods_while_the_value_is_the_same(explained):
    send(explained, ENTRIES, period=YEAR, day=9)
    notes = found(explained, YEAR)
    assert {one.severity for one in notes.values()} == {"info"}
    assert "giai-trinh.xlsx" in notes[OVER].message


def test_not_in_the_periods_before(workspace):
    send(workspace, ENTRIES, period=FIRST, day=0)
    send(workspace)
    Answer(asked(workspace)[AGENCY]).explain().send(workspace)
    assert set(severities(workspace, FIRST).values()) == {"warning"}


def test_the_last_of_two_explanations_of_the_same_holds(explained):
    path = explained / PERIOD / "nhan-ve" / "giai-trinh.xlsx"
    answer = Answer(path).explain([OVER], "Lý do khác")
    answer.send(explained, "lan-2.xlsx", day=5)
    assert "Lý do khác" in found(explained)[OVER].message
    assert WHY not in found(explained)[OVER].message


def test_a_corrected_figure_needs_no_explanation(explained):
    mended = {"status": "Hoàn thành", "percent": 100, "spent": 12, "proof": "1/BC"}
    send(explained, {"1.1.3": mended}, "sua.xlsx", day=3)
    assert states(explained) == {OVER: UNNEEDED, DONE: UNNEEDED}


@pytest.mark.parametrize("kind", ["ods", "xls"])
@pytest.mark.long
def test_through_another_program_and_format(workspace, libreoffice, tmp_path, kind):
    send(workspace)
    path = tmp_path / "phan-hoi.xlsx"
    Answer(asked(workspace)[AGENCY]).explain().book.save(path)
    on_day(
        Path(
            shutil.move(
                libreoffice.convert(path, kind, tmp_path / kind),
                workspace / PERIOD / "nhan-ve" / f"giai-trinh.{kind}",
            )
        ),
        2,
    )
    notes = found(workspace)
    assert {code: one.severity for code, one in notes.items()} == {OVER: "info", DONE: "info"}
    assert f"giai-trinh.{kind}, Cần sửa" in notes[OVER].message


def test_the_fresh_form_that_answers_another_format_asks_too(workspace, libreoffice):
    path = send(workspace)
    shutil.move(libreoffice.convert(path, "xls", path.parent / "xls"), path.parent)
    shutil.rmtree(path.parent / "xls")
    path.unlink()
    Answer(asked(workspace)[AGENCY]).explain().send(workspace)
    assert set(severities(workspace).values()) == {"info"}


def test_moved_columns_and_a_renamed_sheet_do_no_harm(workspace):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY]).explain()
    old = answer.list
    rows = [[cell.value for cell in row] for row in old.iter_rows()]
    answer.book.remove(old)
    page = answer.book.create_sheet("Trả lời của Sở")
    for row in [[], [], *rows]:
        page.append([None, *reversed(row)] if row else [None])
    answer.send(workspace)
    notes = found(workspace)
    assert {one.severity for one in notes.values()} == {"info"}
    assert "Trả lời của Sở" in notes[OVER].message


# ---------------------------------------------------------------------- and what does harm

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "@SUM(1)",
    "{{ 7*7 }} {% if %}",
    "</t><f>1</f>",
    "dài " * 9_000,
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.long
def test_hostile_text_is_a_text(workspace, text):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY])
    cell = answer.cell(OVER)
    cell.value = text
    cell.data_type = "s"
    answer.send(workspace)
    done = consolidate_period(load(workspace), PERIOD, with_report=True)
    for path in done.outputs:
        assert OpenXmlValidator().validate(path).errors == []
    page = openpyxl.load_workbook(done.outputs[0])["Giải trình"]
    formulas = [c for row in page.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.parametrize("text", ["_x0041_", "riêng \ue000\ue010\ue001giả\ue002", "a\u200b\u202eb"])
@pytest.mark.long
def test_strange_signs_stop_nothing(workspace, text):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY])
    answer.cell(OVER).value = text
    answer.send(workspace)
    done = consolidate_period(load(workspace), PERIOD, with_report=True)
    assert severities(workspace)[OVER] == "info"
    for path in done.outputs:
        assert OpenXmlValidator().validate(path).errors == []


def test_a_formula_is_not_calculated_and_its_stored_value_is_a_text(workspace):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY])
    answer.cell(OVER).value = "=1+1"
    answer.send(workspace)
    assert severities(workspace)[OVER] == "warning"


def test_an_explanation_whose_keys_are_lost_or_anothers_is_said_and_not_used(workspace):
    send(workspace)
    answer = Answer(asked(workspace)[AGENCY]).explain()
    answer.list.cell(answer.lines()[OVER, "1.1.3"], answer.column[KEYS[0]]).value = "so-y-te"
    at = answer.lines()[DONE, "1.1.3"]
    answer.list.cell(at, answer.column[KEYS[1]]).value = "khong-co"
    answer.send(workspace)
    assert set(severities(workspace).values()) == {"warning"}
    told = [
        f
        for f in read_returns(load(workspace), PERIOD).findings
        if f.code == "explanation-unplaced"
    ]
    assert len(told) == 1 and WHY in told[0].message and "2 dòng" in told[0].message
    lines = Answer(asked(workspace)[AGENCY]).list.iter_rows(values_only=True)
    assert not any("khóa ẩn" in str(row) for row in lines)  # that is for officers


def test_no_explanation_brings_an_error_in(explained):
    rule = {"Mã quy tắc": OVER}
    edit_workbook(explained / "CCHC-2018.xlsm", "Quy tắc", rule, **{"Mức độ": "Lỗi"})
    assert severities(explained)[OVER] == "error"
    assert states(explained)[OVER] == AN_ERROR
    assert read_returns(load(explained), PERIOD).ledger.items["3598-2017", "1.1.3"].spent is None


# ---------------------------------------------------------------------------- by officers


def officers_type(workspace, *rows):
    path = workspace / "CCHC-2018.xlsm"
    book = openpyxl.load_workbook(path, keep_vba=True)
    page = book["Giải trình"]
    for number, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            page.cell(number, column).value = value
    page.tables["GiaiTrinh"].ref = f"A4:I{4 + len(rows)}"
    book.save(path)


LETTER = (PERIOD, AGENCY, "3598-2017", "1.1.3", OVER, "20", "Theo công văn", None, "CV 12/STP")


def test_a_letter_that_an_officer_typed_explains(workspace):
    send(workspace)
    officers_type(workspace, LETTER)
    one = found(workspace)[OVER]
    assert one.severity == "info" and "“Theo công văn” (CV 12/STP)" in one.message


@pytest.mark.parametrize("value", [20, 20.0, "20", "20,0"])
def test_a_typed_value_is_understood_as_findings_tell_it(workspace, value):
    send(workspace)
    officers_type(workspace, (*LETTER[:5], value, *LETTER[6:]))
    assert severities(workspace)[OVER] == "info"


@pytest.mark.parametrize(("value", "holds"), [(None, True), ("20", True), ("21", False)])
@pytest.mark.long
def test_a_refused_explanation_does_not_silence(explained, value, holds):
    why = "Chưa có văn bản cho phép"
    refusal = (PERIOD, AGENCY, "Phụ lục", "1.1.3", OVER, value, why, REFUSE, None)
    officers_type(explained, (*refusal[:2], "3598-2017", *refusal[3:]))
    one = found(explained)[OVER]
    assert one.severity == ("warning" if holds else "info")
    assert (f"không được chấp nhận (lý do: {why})." in one.message) is holds
    assert (states(explained)[OVER] == REFUSED) is holds
    assert severities(explained)[DONE] == "info"


def test_what_an_officer_accepts_stands_beside_a_refusal(explained):
    refusal = (PERIOD, AGENCY, "3598-2017", "1.1.3", OVER, None, None, REFUSE, None)
    officers_type(explained, refusal, LETTER)
    assert "Theo công văn" in found(explained)[OVER].message
    assert states(explained)[OVER] == IN_FORCE


@pytest.mark.parametrize(
    ("at", "value", "heading"),
    [
        (0, "2018-X", "Kỳ"),
        (1, "Sở Lạ", "Cơ quan"),
        (2, "1-1", "Kế hoạch"),
        (3, "9.9.9", "Mã"),
        (4, "khong-co", "Mã quy tắc"),
        (5, None, "Giá trị"),
        (6, None, "Giải trình"),
        (7, "Có lẽ", "Xử lý"),
    ],
)
@pytest.mark.long
def test_what_cannot_be_understood_is_said_and_not_applied(workspace, at, value, heading):
    send(workspace)
    officers_type(workspace, (*LETTER[:at], value, *LETTER[at + 1 :]))
    told = [f for f in load(workspace).findings if f.code == "explanation-incomplete"]
    assert len(told) == 1 and f"cột {heading}" in told[0].message
    assert told[0].place.sheet == "Giải trình"
    assert severities(workspace)[OVER] == "warning"


def test_two_lines_about_the_same_are_said_and_the_last_counts(workspace):
    send(workspace)
    officers_type(workspace, LETTER, (*LETTER[:6], "Khác", *LETTER[7:]))
    assert "explanation-repeated" in {f.code for f in load(workspace).findings}
    assert "Khác" in found(workspace)[OVER].message


def test_what_officers_typed_survives_the_workbook(programme):
    one = Explanation(
        AGENCY,
        OVER,
        "3598-2017|1.1.3",
        "1.478,4",
        "Vì sao",
        PERIOD,
        handling=ACCEPT,
        source="CV 12/STP",
    )
    two = one._replace(rule=DONE, value="", text="", handling=REFUSE, source="")
    written = write_master(replace(programme, explanations=(one, two)))
    again, _ = read_master(OpenedWorkbook(written), "so.xlsx")
    assert [e._replace(place=one.place) for e in again.explanations] == [one, two]


def test_a_master_without_the_sheet_works_as_before(explained):
    path = explained / "CCHC-2018.xlsm"
    book = openpyxl.load_workbook(path)
    del book["Giải trình"]
    book.save(path)
    assert set(severities(explained).values()) == {"info"}


# ------------------------------------------------------- the figure changed in between

FELL = "spent-fell"
OF_THE_FALL = (PERIOD, AGENCY, "3598-2017", "1.1.3", FELL, "5", "Thu hồi tạm ứng", None, "CV 1")
OF_NO_PROOF = (PERIOD, AGENCY, "3598-2017", "1.1.3", DONE, None, "Đang trình ký", None, "CV 2")


def spent(amount) -> dict:
    return {"1.1.3": {"status": "Đang thực hiện", "percent": 50, "spent": amount}}


@pytest.fixture
def fell_twice(workspace):
    """10, 5 with an explanation, 12, and 5 again at the end of the year."""
    for number, (period, amount) in enumerate(
        {FIRST: 10, PERIOD: 5, THIRD: 12, YEAR: 5}.items(), 1
    ):
        send(workspace, spent(amount), period=period, day=number)
    officers_type(workspace, OF_THE_FALL)
    return workspace


def test_another_fall_to_the_same_figure_is_asked_again(fell_twice):
    assert severities(fell_twice)[FELL] == "info"
    one = found(fell_twice, YEAR)[FELL]
    assert one.severity == "warning" and "ít hơn kỳ 9 tháng đầu năm 2018 (12)" in one.message
    assert one.message.endswith(
        "Giải trình trước đây là cho “5”, nhưng kỳ 9 tháng đầu năm 2018 số liệu đã khác: "
        "“Thu hồi tạm ứng” (CV 1)."
    )
    assert states(fell_twice, YEAR) == {FELL: CHANGED}


@pytest.mark.long
def test_and_may_be_answered_again_and_the_year_tells_both(fell_twice):
    officers_type(fell_twice, OF_THE_FALL, (YEAR, *OF_THE_FALL[1:6], "Quyết toán", None, "CV 9"))
    assert severities(fell_twice, YEAR)[FELL] == "info"
    for period in (FIRST, PERIOD, THIRD, YEAR):
        done = consolidate_period(load(fell_twice), period, with_report=True)
    rows = {row["Giải trình"]: (row["Kỳ"], row["Tình trạng"]) for row in rows_of(done.outputs[0])}
    assert rows == {
        "Thu hồi tạm ứng": ("6 tháng đầu năm 2018", CHANGED),
        "Quyết toán": ("Năm 2018", IN_FORCE),
    }
    told = "\n".join(paragraphs(done.outputs[1]))
    assert "“Thu hồi tạm ứng”" in told and "“Quyết toán”" in told
    cited = {
        row["Số liệu, đoạn trích"]: row["Ô"]
        for row in rows_of(done.outputs[0], "Dẫn chiếu báo cáo")
    }
    page = openpyxl.load_workbook(done.outputs[0])["Giải trình"]
    assert {page[cited[text]].value for text in rows} == set(rows)
    assert audit_period(load(fell_twice), YEAR).differences == ()
    falsify(done.outputs[0], "Giải trình", CHANGED, IN_FORCE)
    assert "Giải trình" in sheets_that_differ(fell_twice, YEAR)


@pytest.mark.parametrize(
    ("between", "over", "without_proof"),
    [
        ({"spent": 12}, "warning", "info"),
        ({"spent": 20, "proof": "1/BC"}, "info", "warning"),
        ({"status": "Đang thực hiện", "percent": 90}, "info", "warning"),
        ({"spent": "hai mươi"}, "info", "info"),
        ({"status": None, "percent": None, "spent": None}, "info", "info"),
    ],
    ids=["spent", "proof", "status", "unreadable", "nothing"],
)
@pytest.mark.long
def test_whatever_changes_in_between_ends_what_was_said_of_it(
    workspace, between, over, without_proof
):
    send(workspace)
    send(workspace, {"1.1.3": {**ENTRIES["1.1.3"], **between}}, period=THIRD, day=5)
    send(workspace, ENTRIES, period=YEAR, day=9)
    officers_type(workspace, LETTER, OF_NO_PROOF)
    told = severities(workspace, YEAR)
    assert (told[OVER], told[DONE]) == (over, without_proof)
    for period in (PERIOD, THIRD, YEAR):
        consolidate_period(load(workspace), period)
    assert audit_period(load(workspace), YEAR).differences == ()


@pytest.mark.long
def test_only_the_version_that_counts_changes_a_figure(workspace):
    send(workspace)
    send(workspace, spent(12), "nham.xlsx", THIRD, day=4)
    send(workspace, ENTRIES, "dung.xlsx", THIRD, day=5)
    send(workspace, ENTRIES, period=YEAR, day=9)
    officers_type(workspace, LETTER, OF_NO_PROOF)
    assert {severities(workspace, YEAR)[rule] for rule in (OVER, DONE)} == {"info"}


def test_every_rule_judges_fields_that_agencies_fill_in():
    entries = {field.name for field in fields.ENTRIES}
    assert all(entries >= {*rule.judged} for rule in RULES.values())
    assert [code for code, rule in RULES.items() if not rule.judged] == ["given-changed"]


# ------------------------------------------------------------------------- a successor

HEIR = "Sở Nội vụ"


def succeeded(workspace) -> None:
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Cơ quan",
        {"Tên cơ quan": AGENCY},
        **{"Đơn vị kế thừa": HEIR, "Kế thừa từ ngày": datetime.date(2018, 7, 1)},
    )


@pytest.mark.long
def test_a_successor_is_not_asked_what_its_forerunner_has_answered(explained):
    succeeded(explained)
    assert set(severities(explained).values()) == {"info"}
    send(explained, ENTRIES, period=YEAR, day=9, agency=HEIR)
    notes = found(explained, YEAR, HEIR)
    assert {notes[OVER].severity, notes[DONE].severity} == {"info"}
    assert f"“{WHY}” ({AGENCY}, giai-trinh.xlsx, Cần sửa, G" in notes[OVER].message
    consolidate_period(load(explained), PERIOD)
    path = consolidate_period(load(explained), YEAR, with_report=True).outputs[0]
    told = {(row["Cơ quan"], row["Tình trạng"]) for row in rows_of(path)}
    assert told == {(AGENCY, IN_FORCE)}  # who gave it
    assert audit_period(load(explained), YEAR).differences == ()


@pytest.mark.parametrize("between", [AGENCY, HEIR])
@pytest.mark.long
def test_a_successor_is_asked_when_the_figure_changed_at_either(explained, between):
    succeeded(explained)
    changed = {"1.1.3": {**ENTRIES["1.1.3"], "spent": 21}}
    if between == AGENCY:
        send(explained, changed, "moi.xlsx", day=3)
    else:
        send(explained, changed, period=THIRD, day=5, agency=HEIR)
    send(explained, ENTRIES, period=YEAR, day=9, agency=HEIR)
    notes = found(explained, YEAR, HEIR)
    assert (notes[OVER].severity, notes[DONE].severity) == ("warning", "info")
    for period in (PERIOD, *([THIRD] if between == HEIR else []), YEAR):
        consolidate_period(load(explained), period)
    assert audit_period(load(explained), YEAR).differences == ()


@pytest.mark.long
def test_on_a_row_of_both_a_successor_answers_for_itself(workspace):
    succeeded(workspace)
    done = {"I.1": {"status": "Hoàn thành", "percent": 100}}
    send(workspace, done)
    officers_type(workspace, (PERIOD, AGENCY, "2784-2017", "I.1", *OF_NO_PROOF[4:]))
    assert severities(workspace)[DONE] == "info"
    send(workspace, done, period=YEAR, day=9, agency=HEIR)
    assert found(workspace, YEAR, HEIR)[DONE].severity == "warning"
    assert states(workspace, YEAR) == {DONE: UNNEEDED}
    for period in (PERIOD, YEAR):
        consolidate_period(load(workspace), period)
    assert audit_period(load(workspace), YEAR).differences == ()


@pytest.mark.long
def test_a_refusal_holds_for_the_successor_by_either_name(explained):
    succeeded(explained)
    send(explained, ENTRIES, period=YEAR, day=9, agency=HEIR)
    for name in (AGENCY, HEIR):
        officers_type(explained, (YEAR, name, "3598-2017", "1.1.3", OVER, None, None, REFUSE, None))
        assert found(explained, YEAR, HEIR)[OVER].severity == "warning"


# ------------------------------------------------------------------------------ the rule

VALUES = st.sampled_from(["", "20", "21", "Đang thực hiện"])
GIVEN = st.builds(
    Explanation,
    agency=st.sampled_from(["A", "B"]),
    rule=st.sampled_from([OVER, DONE]),
    row=st.sampled_from(["p|1", "p|2"]),
    value=VALUES,
    text=st.sampled_from(["x", "y", ""]),
    period=st.just(PERIOD),
    place=st.just(Place("f", "s", "c")),
    handling=st.sampled_from(["", ACCEPT, REFUSE]),
    heir=st.sampled_from(["", "B"]),
    changed=st.sampled_from(["", "Quý I"]),
)
DETAILS = {"item": "1", "share": "1", "budget": "1"}
FOUND = st.builds(
    lambda agency, rule, row, value, severity: finding(
        rule, Place("t"), value, agency=agency, severity=severity, row=row, **DETAILS
    ),
    st.sampled_from(["A", "B"]),
    st.sampled_from([OVER, DONE]),
    st.sampled_from(["p|1", "p|2", ""]),
    VALUES,
    st.sampled_from(Severity),
)


@given(
    st.lists(FOUND, unique_by=lambda f: (f.agency, f.code, f.row), max_size=6),
    st.lists(GIVEN, max_size=8),
)
def test_a_warning_is_silenced_just_where_the_same_value_was_explained(findings, explanations):
    after, settled = settle(findings, explanations)
    assert len(after) == len(findings)
    for before, now in zip(findings, after, strict=True):
        about = [
            e
            for e in explanations
            if (*e.subject, e.value) == (before.agency, before.code, before.row, before.value)
        ]
        refused = any(
            e.handling == REFUSE
            and e.value in ("", before.value)
            and e.subject == (before.agency, before.code, before.row)
            for e in explanations
        )
        says = [e for e in about if e.text and e.handling != REFUSE and not e.changed]
        holds = any(e.handling == ACCEPT or not refused for e in says)
        if before.severity == "warning" and before.row and holds:
            assert now.severity == "info" and now.message != before.message
        else:
            assert now.severity == before.severity
        if before.severity in ("error", "trial") or not before.row:
            assert now == before
        assert now.message.startswith(before.message)
        assert now.place == before.place and now.value == before.value
    in_force = [one.explanation for one in settled if one.state == IN_FORCE]
    noted = [
        f
        for f in after
        if f.row
        and f.severity == "info"
        and "giải trình: " in f.message
        and "không được chấp nhận" not in f.message
    ]
    assert len(in_force) == len(noted)
    told = [one.explanation for one in settled]
    assert len({(*e.subject, e.value, bool(e.changed)) for e in told}) == len(told)


# ------------------------------------------------------------------------- what is issued


def rows_of(path: Path, sheet="Giải trình") -> list[dict[str, object]]:
    page = openpyxl.load_workbook(path)[sheet]
    headings = [cell.value for cell in page[4]]
    return [
        dict(zip(headings, row, strict=True))
        for row in page.iter_rows(5, values_only=True)
        if row[0]
    ]


def test_without_explanations_there_is_no_sheet(workspace):
    send(workspace)
    done = consolidate_period(load(workspace), PERIOD, with_report=True)
    assert "Giải trình" not in openpyxl.load_workbook(done.outputs[0]).sheetnames
    assert "GIẢI TRÌNH" not in "\n".join(paragraphs(done.outputs[1]))


@pytest.mark.long
def test_the_workbook_lists_them_with_place_and_state(explained):
    send(explained, {"1.1.3": {**ENTRIES["1.1.3"], "spent": 21}}, "moi.xlsx", day=3)
    path = consolidate_period(load(explained), PERIOD).outputs[0]
    assert OpenXmlValidator().validate(path).errors == []
    rows = {row["Điều được giải trình"]: row for row in rows_of(path)}
    over = rows["Số đã chi vượt dự toán của mục"]
    assert (over["Cơ quan"], over["Mã"], over["Giá trị"], over["Giải trình"]) == (
        AGENCY,
        "1.1.3",
        "20",
        WHY,
    )
    assert (over["Tệp"], over["Trang"], over["Tình trạng"]) == (
        "giai-trinh.xlsx",
        "Cần sửa",
        CHANGED,
    )
    assert [row["Tình trạng"] for row in rows.values() if row is not over] == [IN_FORCE]
    links = [c.hyperlink for c in openpyxl.load_workbook(path)["Giải trình"]["I"] if c.hyperlink]
    assert {link.target for link in links} == {"..\\nhan-ve\\giai-trinh.xlsx"}
    assert f"'Cần sửa'!{over['Ô']}" in {link.location for link in links}


@pytest.mark.long
def test_a_link_from_a_later_period_leads_to_the_earlier_file(explained):
    send(explained, ENTRIES, period=YEAR, day=9)
    path = consolidate_period(load(explained), YEAR).outputs[0]
    links = [c.hyperlink for c in openpyxl.load_workbook(path)["Giải trình"]["I"] if c.hyperlink]
    assert (
        path.parent / links[0].target.replace("\\", "/")
    ).resolve() == explained / PERIOD / "nhan-ve/giai-trinh.xlsx"


def test_the_report_quotes_them_and_cites_their_cells(explained):
    done = consolidate_period(load(explained), PERIOD, with_report=True)
    told = paragraphs(done.outputs[1])
    at = next(n for n, line in enumerate(told) if line.endswith("GIẢI TRÌNH CỦA CÁC CƠ QUAN"))
    assert told[at].startswith("VII. ")
    line = next(line for line in told[at:] if "vượt dự toán" in line)
    assert f"(1.1.3), {AGENCY}: Số đã chi vượt dự toán của mục (phiếu ghi: 20)" in line
    assert line.endswith(f"Giải trình: “{WHY}”.")
    cited = {
        row["Số liệu, đoạn trích"]: row for row in rows_of(done.outputs[0], "Dẫn chiếu báo cáo")
    }
    book = openpyxl.load_workbook(done.outputs[0])
    assert cited[WHY]["Trang"] == "Giải trình"
    assert book["Giải trình"][cited[WHY]["Ô"]].value == WHY
    assert OpenXmlValidator().validate(done.outputs[1]).errors == []


@pytest.mark.long
def test_a_report_of_a_part_of_the_year_leaves_out_what_no_longer_holds(explained):
    send(explained, {"1.1.3": {**ENTRIES["1.1.3"], "spent": 21}}, "moi.xlsx", day=3)
    told = "\n".join(
        paragraphs(consolidate_period(load(explained), PERIOD, with_report=True).outputs[1])
    )
    assert "phiếu ghi: 20" not in told and told.count(f"“{WHY}”") == 1


@pytest.mark.long
def test_the_annual_report_has_all_of_the_year(explained):
    send(
        explained,
        {"1.1.3": {**ENTRIES["1.1.3"], "spent": 22, "proof": "1/BC"}},
        "nam.xlsx",
        YEAR,
        day=9,
    )
    refusal = (YEAR, AGENCY, "3598-2017", "1.1.3", DONE, None, None, REFUSE, None)
    told = "\n".join(
        paragraphs(consolidate_period(load(explained), YEAR, with_report=True).outputs[1])
    )
    assert told.count("Giải trình ở 6 tháng đầu năm 2018: “") == 2
    officers_type(explained, refusal)
    told = "\n".join(
        paragraphs(consolidate_period(load(explained), YEAR, with_report=True).outputs[1])
    )
    assert told.count("Giải trình ở 6 tháng đầu năm 2018: “") == 1


def test_an_own_template_without_the_section_still_works(explained):
    loaded = load(explained)
    (mau,) = [p for p in own_templates(loaded.workspace) if p.name == REPORT]
    document = docx.Document(mau)
    body = list(document.paragraphs)
    at = next(n for n, p in enumerate(body) if p.text == "{%p if giai_trinh %}")
    for paragraph in body[at : at + 7]:
        paragraph._p.getparent().remove(paragraph._p)
    document.save(mau)
    told = paragraphs(consolidate_period(loaded, PERIOD, with_report=True).outputs[1])
    assert not any("GIẢI TRÌNH" in line for line in told)
    assert any(line.startswith("Trên đây là") for line in told)


def test_programs_get_them_as_json(explained):
    done = consolidate_period(load(explained), PERIOD)
    listed = ledger_json(done.ledger, done.findings, done.outputs)["explanations"]
    assert [(one["rule"], one["status"], one["text"]) for one in listed] == [
        (DONE, IN_FORCE, WHY),
        (OVER, IN_FORCE, WHY),
    ]
    assert listed[0]["file"] == "giai-trinh.xlsx" and listed[0]["period"] == PERIOD


def test_the_same_inputs_give_the_same_bytes(explained, tmp_path):
    consolidate_period(load(explained), PERIOD, with_report=True)
    assert consolidate_again(load(explained), PERIOD, tmp_path / "lan-1")[2]


# ------------------------------------------------------------------------------ the audit


@pytest.fixture(scope="module")
def _consolidated(_initial_workspace, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("explained") / "CCHC-2018"
    shutil.copytree(_initial_workspace, root)
    send(root)
    Answer(asked(root)[AGENCY]).explain().send(root)
    send(root, {"1.1.3": {**ENTRIES["1.1.3"], "spent": 21}}, "moi.xlsx", day=3)
    consolidate_period(load(root), PERIOD, with_report=True)
    return root


@pytest.fixture
def audited(_consolidated, tmp_path):
    """A workspace consolidated, with one explanation in force and one of another figure."""
    root = Path(shutil.copytree(_consolidated, tmp_path / "CCHC-2018"))
    return root, root / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.xlsx"


def sheets_that_differ(root: Path, period=PERIOD) -> set[str]:
    return {one.sheet for one in audit_period(load(root), period).differences}


def test_the_audit_passes(audited):
    assert audit_period(load(audited[0]), PERIOD).differences == ()


@pytest.mark.long
def test_it_passes_over_the_year_with_letters_and_refusals(explained):
    send(explained, ENTRIES, period=YEAR, day=9)
    officers_type(
        explained,
        (YEAR, *LETTER[1:5], "22", *LETTER[6:]),
        (YEAR, AGENCY, "3598-2017", "1.1.3", DONE, None, None, REFUSE, None),
    )
    consolidate_period(load(explained), PERIOD)
    consolidate_period(load(explained), YEAR, with_report=True)
    ledger = read_returns(load(explained), YEAR).ledger
    assert [one.state for one in ledger.explanations] == [REFUSED, IN_FORCE, CHANGED]
    assert audit_period(load(explained), YEAR).differences == ()


def falsify(path: Path, sheet: str, old: str, new: str, beside: str = "") -> None:
    """Another text in the first cell that has one, in a row that says something."""
    book = openpyxl.load_workbook(path)
    rows = [row for row in book[sheet].iter_rows() if any(beside in str(c.value) for c in row)]
    cell = next(cell for row in rows for cell in row if cell.value == old)
    cell.value = new
    book.save(path)


@pytest.mark.long
def test_to_save_it_again_differs_in_other_sheets_only(audited):
    """What the tests below do besides falsifying: stored values of formulas are lost."""
    falsify(audited[1], "Giải trình", WHY, WHY)
    assert not sheets_that_differ(audited[0]) & {"Giải trình", "Phát hiện"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHY, "Lý do bịa"),
        ("20", "21"),
        (CHANGED, IN_FORCE),
        (IN_FORCE, CHANGED),
        ("giai-trinh.xlsx", "moi.xlsx"),
        (AGENCY, "Sở Y tế"),
        ("1.1.3", "1.3.4"),
        ("6 tháng đầu năm 2018", "Quý I 2018"),
        ("Số đã chi vượt dự toán của mục", "Khác"),
    ],
)
@pytest.mark.long
def test_a_falsified_explanation_is_caught(audited, old, new):
    falsify(audited[1], "Giải trình", old, new)
    assert "Giải trình" in sheets_that_differ(audited[0])


@pytest.mark.parametrize(
    ("old", "new", "beside"), [("Cảnh báo", "Ghi chú", "140,0%"), ("Ghi chú", "Cảnh báo", WHY)]
)
@pytest.mark.long
def test_a_severity_that_no_explanation_gives_is_caught(audited, old, new, beside):
    falsify(audited[1], "Phát hiện", old, new, beside)
    assert "Phát hiện" in sheets_that_differ(audited[0])


@pytest.mark.long
def test_a_sheet_that_was_taken_out_is_caught(audited):
    book = openpyxl.load_workbook(audited[1])
    del book["Giải trình"]
    book.save(audited[1])
    told = audit_period(load(audited[0]), PERIOD).differences
    assert ("Giải trình", "không có") in {(one.sheet, one.stands) for one in told}


@pytest.mark.long
def test_a_sheet_that_nobody_explained_is_caught(workspace):
    send(workspace)
    path = consolidate_period(load(workspace), PERIOD).outputs[0]
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("Giải trình")
    page.append(
        [
            "TT",
            "Cơ quan",
            "Kế hoạch",
            "Mã",
            "Điều được giải trình",
            "Giá trị",
            "Giải trình",
            "Kỳ",
            "Tệp",
            "Trang",
            "Ô",
            "Nguồn",
            "Tình trạng",
        ]
    )
    page.append([1, AGENCY, "Phụ lục", "1.1.3", "x", "20", WHY, "k", "t", "s", "c", "", IN_FORCE])
    book.save(path)
    assert "Giải trình" in sheets_that_differ(workspace)


@pytest.mark.long
def test_before_an_agency_reports_again_nothing_has_changed(workspace):
    """Explained twice around a change that came to nothing; the year's return is not there yet."""
    spent = {FIRST: 20, PERIOD: 21, THIRD: 20}
    for day, (period, amount) in enumerate(spent.items(), 1):
        row = {"status": "Đang thực hiện", "percent": 50, "spent": amount}
        send(workspace, {"1.1.3": row}, period=period, day=day)
    send(workspace, {}, period=YEAR, day=9, agency=HEIR)
    about = AGENCY, "3598-2017", "1.1.3"
    officers_type(
        workspace,
        (FIRST, *about, OVER, "20", "Giá tăng", None, "CV 1"),
        (THIRD, *about, OVER, "20", "Giá vẫn cao", None, "CV 2"),
    )
    for period in (*spent, YEAR):
        consolidate_period(load(workspace), period)
        assert audit_period(load(workspace), period).differences == ()
