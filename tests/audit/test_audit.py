"""The audit: an issued workbook is passed only where every figure in it follows from the returns
that the journal keeps."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.errors import AuditError, NoReturnsError
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from tests.support import troubles_of_files, troubles_of_layout, troubles_of_values
from tests.support.audited import PERIOD, issued
from tests.support.file_formats import WRITERS
from tests.support.forms import Form, edit_workbook, return_form
from tests.support.matrix import Matrix

SHEETS = (
    "Phụ lục 2",
    "Phụ lục 1",
    "Tóm tắt",
    "Theo cơ quan",
    "Theo nhiệm vụ",
    "Quá hạn",
    "Chỉ tiêu",
    "Nghị quyết 07",
    "Các kỳ",
    "Tiến độ nộp",
    "Tệp nhận về",
    "Phát hiện",
    "Nguồn số liệu",
)
WITH_FORMULAS = (
    "Phụ lục 2",
    "Phụ lục 1",
    "Tóm tắt",
    "Theo cơ quan",
    "Theo nhiệm vụ",
    "Nghị quyết 07",
    "Các kỳ",
    "Biểu đồ",
)


@pytest.fixture
def workspace_of_demo(demo, tmp_path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "CCHC-2018"))


def audited(root: Path, period: str = PERIOD):
    return audit_period(load(root), period)


def places(found) -> set[tuple[str, str]]:
    return {(one.sheet, one.cell) for one in found.differences}


class Package:
    """The parts of an issued workbook, so that stored values change and formulas stay."""

    def __init__(self, path: Path):
        self.path = path
        with zipfile.ZipFile(path) as package:
            self.parts = {info.filename: package.read(info) for info in package.infolist()}
        book = self.parts["xl/workbook.xml"].decode()
        names = re.findall(r'<sheet name="([^"]+)"', book)
        self.part_of = {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(names, 1)}
        texts = self.parts["xl/sharedStrings.xml"].decode()
        self.texts = [
            "".join(re.findall(r"<t[^>]*>([^<]*)</t>", one))
            for one in re.findall(r"<si>(.*?)</si>", texts, re.S)
        ]

    def sheet(self, name: str) -> str:
        return self.parts[self.part_of[name]].decode()

    def change(self, name: str, old: str, new: str) -> None:
        xml = self.sheet(name)
        assert xml.count(old) == 1, old
        self.parts[self.part_of[name]] = xml.replace(old, new).encode()

    def save(self) -> None:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in self.parts.items():
                package.writestr(name, content)

    def numbers(self, name: str, *, formulas: bool) -> list[tuple[str, str, str]]:
        """(cell, its XML, its number) of the numbers of a sheet."""
        cells = re.findall(
            r'(<c r="([A-Z]+\d+)"([^>]*)>((?:<f>[^<]*</f>)?)<v>([^<]*)</v></c>)', self.sheet(name)
        )
        return [
            (cell, xml, value)
            for xml, cell, kind, formula, value in cells
            if "t=" not in kind and value and bool(formula) == formulas
        ]

    def cell_of(self, name: str, text: str) -> str:
        """The address of the first cell of a sheet with a text."""
        at = self.texts.index(text)
        return re.search(rf'<c r="([A-Z]+\d+)"[^>]*t="s"><v>{at}</v>', self.sheet(name))[1]


def test_the_demo_passes(demo):
    found = audited(demo)
    assert found.passed and found.differences == () and found.notes == ()
    assert found.checked > 10_000


@pytest.mark.long
def test_the_command_says_so_and_as_json(demo):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "cchc_xl", "audit", demo, "--period", PERIOD, *arguments],
            capture_output=True,
        )

    done = run()
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode("utf-8").startswith("Đạt: đã tính lại ")
    told = json.loads(run("--json").stdout)
    assert told["passed"] is True and told["differences"] == [] and told["run"] == 1


@pytest.mark.long
def test_a_difference_is_told_with_exit_code_9(workspace_of_demo):
    package = Package(issued(workspace_of_demo))
    cell, xml, value = package.numbers("Phụ lục 2", formulas=True)[2]
    package.change("Phụ lục 2", xml, xml.replace(f"<v>{value}</v>", "<v>77</v>"))
    package.save()
    done = subprocess.run(
        [sys.executable, "-m", "cchc_xl", "audit", workspace_of_demo, "--period", PERIOD],
        capture_output=True,
    )
    out = done.stdout.decode("utf-8")
    assert done.returncode == 9, out
    assert f"Phụ lục 2, {cell}: " in out and "đang ghi “77”" in out
    assert "Ghi chú: Phu-luc-2_2018-6T.xlsx không còn đúng như lúc lập" in out
    assert "từ Sở Tư pháp: MINH-HOA_Phieu_2018-6T_So-Tu-phap.xlsx, Phiếu báo cáo, K" in out


@pytest.mark.parametrize(("formulas", "sheets"), [(False, SHEETS), (True, WITH_FORMULAS)])
@pytest.mark.long
def test_a_number_that_was_typed_over_is_caught_on_every_sheet(workspace_of_demo, formulas, sheets):
    """Written ones, and those that a formula shows."""
    package = Package(issued(workspace_of_demo))
    changed = set()
    for sheet in sheets:
        numbers = package.numbers(sheet, formulas=formulas)
        cell, xml, value = numbers[len(numbers) // 2]
        package.change(sheet, xml, xml.replace(f"<v>{value}</v>", f"<v>{float(value) + 0.5}</v>"))
        changed.add((sheet, cell))
    package.save()
    assert changed <= places(audited(workspace_of_demo))


@pytest.mark.long
def test_a_formula_that_no_longer_gives_its_value_is_caught(workspace_of_demo):
    package = Package(issued(workspace_of_demo))
    cell, xml, _ = package.numbers("Phụ lục 2", formulas=True)[1]
    formula = re.search("<f>(.*)</f>", xml)[1]
    other = re.sub(r"SUM\([^)]*\)", "SUM(L16:L17)", formula)
    assert other != formula
    package.change("Phụ lục 2", xml, xml.replace(formula, other))
    package.save()
    assert places(audited(workspace_of_demo)) == {("Phụ lục 2", cell)}


@pytest.mark.long
def test_a_status_letter_or_verdict_that_was_changed_is_caught(workspace_of_demo):
    package = Package(issued(workspace_of_demo))
    changed = set()
    for sheet in ("Phụ lục 2", "Nghị quyết 07 theo CQ", "Chỉ tiêu", "Các kỳ"):
        words = {"Nghị quyết 07 theo CQ": ("Đ", "✓")}.get(sheet, ("Đang thực hiện", "Hoàn thành"))
        if sheet == "Chỉ tiêu":  # a formula's value
            found = re.search(r'<c r="(H\d+)"[^>]*t="str">.*?</c>', package.sheet(sheet))
            new = found[0].replace("<v>Chưa có số liệu</v>", "<v>Đạt</v>")
            cell = found[1]
        else:
            old, other = (package.texts.index(word) for word in words)
            cell = package.cell_of(sheet, words[0])
            found = re.search(rf'<c r="{cell}"[^>]*><v>{old}</v></c>', package.sheet(sheet))
            new = found[0].replace(f"<v>{old}</v>", f"<v>{other}</v>")
        package.change(sheet, found[0], new)
        changed.add((sheet, cell))
    package.save()
    assert changed <= places(audited(workspace_of_demo))


@pytest.mark.long
def test_a_figure_that_was_moved_to_another_row_is_caught(workspace_of_demo):
    package = Package(issued(workspace_of_demo))
    spent = {c: (x, v) for c, x, v in package.numbers("Phụ lục 2", formulas=False) if c[0] == "M"}
    first, second = sorted({v: c for c, (_, v) in spent.items()}.values())[:2]
    for cell, other in ((first, second), (second, first)):
        xml, value = spent[cell]
        package.change("Phụ lục 2", xml, xml.replace(f"<v>{value}<", f"<v>{spent[other][1]}<"))
    package.save()
    assert {("Phụ lục 2", first), ("Phụ lục 2", second)} <= places(audited(workspace_of_demo))


@pytest.mark.long
def test_a_row_that_was_deleted_is_caught(workspace_of_demo):
    import openpyxl

    path = issued(workspace_of_demo)
    workbook = openpyxl.load_workbook(path, data_only=True)  # values in place of formulas
    deleted = {
        "Phụ lục 2": 16,
        "Theo cơ quan": 7,
        "Quá hạn": 6,
        "Tiến độ nộp": 9,
        "Nguồn số liệu": 40,
        "Chỉ tiêu": 7,
        "Các kỳ": 117,
    }
    for sheet, row in deleted.items():
        workbook[sheet].delete_rows(row)
    workbook.save(path)
    found = audited(workspace_of_demo)
    told = {one.sheet for one in found.differences if one.stands == "không có dòng"}
    assert set(deleted) <= told


@pytest.mark.long
def test_a_code_that_was_changed_leaves_a_row_missing_and_a_strange_one(workspace_of_demo):
    package = Package(issued(workspace_of_demo))
    cell = package.cell_of("Phụ lục 1", "1.1.1")
    old, new = package.texts.index("1.1.1"), package.texts.index("1.1.2")
    xml = re.search(rf'<c r="{cell}"[^>]*><v>{old}</v></c>', package.sheet("Phụ lục 1"))[0]
    package.change("Phụ lục 1", xml, xml.replace(f"<v>{old}</v>", f"<v>{new}</v>"))
    package.save()
    told = {(one.what, one.stands) for one in audited(workspace_of_demo).differences}
    assert {("Mục: 1.1.1", "không có dòng"), ("Mục: 1.1.2", "2 dòng")} <= told


@pytest.mark.long
def test_a_number_that_no_rule_covers_is_said(workspace_of_demo):
    import openpyxl

    path = issued(workspace_of_demo)
    workbook = openpyxl.load_workbook(path, data_only=True)
    workbook["Theo nhiệm vụ"]["Z3"] = 12
    workbook.create_sheet("Tính thử")["B2"] = 5
    workbook.save(path)
    found = audited(workspace_of_demo)
    assert places(found) == {("Theo nhiệm vụ", "Z3"), ("Tính thử", "B2")}
    assert {one.what for one in found.differences} == {"Số liệu không đối chiếu được"}


@pytest.mark.long
def test_a_workbook_that_was_saved_again_unchanged_passes_with_a_note(workspace_of_demo):
    Package(issued(workspace_of_demo)).save()
    found = audited(workspace_of_demo)
    assert found.passed
    assert [note.partition(" (")[0] for note in found.notes] == [
        "Phu-luc-2_2018-6T.xlsx không còn đúng như lúc lập"
    ]


@pytest.mark.parametrize("what", ["changed", "removed"])
@pytest.mark.long
def test_a_return_in_the_store_that_is_not_what_came_is_said(workspace_of_demo, what):
    from cchc_xl.workspace.folders import Workspace
    from cchc_xl.workspace.journal import Journal

    journal = Journal(Workspace(workspace_of_demo))
    one = next(r for r in journal.last(PERIOD).returns if r["agency"] == "Sở Nội vụ")
    kept = journal.kept_at(one["kept"])
    kept.unlink()
    if what == "changed":
        kept.write_bytes(b"something else")
    (told,) = audited(workspace_of_demo).differences  # the sums still hold against what it says
    assert told.what == f"Phiếu của Sở Nội vụ: {one['file']}"


@pytest.mark.long
def test_what_was_left_out_must_be_said(workspace_of_demo):
    """Without its finding, an entry that is not counted is a difference."""
    import openpyxl

    path = issued(workspace_of_demo)
    workbook = openpyxl.load_workbook(path, data_only=True)
    sheet = workbook["Phát hiện"]
    (row,) = (cell.row for cell in sheet["G"] if cell.value == "mười lăm")
    sheet.cell(row, 6).value = "K99"
    workbook.save(path)
    found = audited(workspace_of_demo)
    assert (
        "2.1.1, Văn phòng UBND tỉnh: Kinh phí đã chi lũy kế (triệu đồng) không được tính",
        "mười lăm",
    ) in {(one.what, one.expected) for one in found.differences}


# ------------------------------------------------------------------- other returns

TYPED = {
    "1.1.3": {"status": "đã xong", "percent": "100%", "spent": "15 triệu", "proof": "1/BC"},
    "1.3.4": {"status": "dang thuc hien", "percent": 0.5, "spent": "1.478,4"},
    "1.4.1": {"status": "Chưa thực hiện", "percent": 12.5, "spent": "2.500"},
    "1.4.2": {"status": "Gần xong", "percent": 33.3, "spent": 0.000001},
    "1.4.3": {"status": "Không thực hiện", "spent": "không"},
}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
@pytest.mark.long
def test_typed_texts_and_other_formats_audit_clean(workspace, tmp_path, kind, request):
    paths, _ = make_forms(load(workspace), PERIOD)
    inbox = workspace / PERIOD / "nhan-ve"

    def shown_as_percent(form: Form) -> None:
        form.cell("1.3.4", "percent").number_format = "0%"

    filled = return_form(
        paths["Sở Tư pháp"], tmp_path / "a", TYPED, "Phieu.xlsx", change=shown_as_percent
    )
    if kind != "xlsx":
        filled = request.getfixturevalue("libreoffice").convert(filled, kind, tmp_path / "b")
    inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy(filled, inbox / filled.name)
    done = consolidate_period(load(workspace), PERIOD)
    assert done.ledger.items["3598-2017", "1.1.3"].spent == 15_000_000
    assert done.ledger.items["3598-2017", "1.3.4"].percent == 50
    found = audited(workspace)
    assert found.differences == ()
    understood = {(one.words, one.reading) for one in found.understood}
    assert {("15 triệu", "15 triệu đồng"), ("đã xong", "Hoàn thành")} <= understood
    (one,) = (one for one in found.understood if one.words == "15 triệu")
    assert str(one).startswith("Sở Tư pháp: Phieu.")
    assert str(one).endswith("“15 triệu” đã hiểu là 15 triệu đồng")


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) for kind in WRITERS])
def test_whatever_was_done_to_forms_their_figures_audit_clean(workspace, tmp_path, kind):
    """The troubled forms of test_matrix: both readers understand them alike, or say what they
    leave out."""
    assert troubles_of_files and troubles_of_layout and troubles_of_values  # they fill TROUBLES
    matrix = Matrix(load(workspace), tmp_path)
    rounds = matrix.rounds()
    matrix.write(rounds)
    inbox = workspace / PERIOD / "nhan-ve"
    for number, cases in enumerate(rounds):
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir(parents=True)
        for case in cases:
            if kind in case.formats:
                made = matrix.path(kind, number, case.form)
                name, content = case.form.wrap(made.name, made.read_bytes())
                (inbox / name).write_bytes(content)
        consolidate_period(load(workspace), PERIOD)
        assert audited(workspace).differences == ()


# --------------------------------------------------------------------- two periods


@pytest.fixture
def two_periods(workspace) -> Path:
    for period, spent in (("2018-Q1", 3), (PERIOD, 4.5)):
        paths, _ = make_forms(load(workspace), period)
        entries = {
            "1.1.3": {"status": "Đang thực hiện", "percent": spent * 10, "spent": spent},
            "1.3.4": {"status": "Đang thực hiện", "spent": 1},
        }
        return_form(paths["Sở Tư pháp"], workspace / period / "nhan-ve", entries)
        consolidate_period(load(workspace), period)
    return workspace


@pytest.mark.long
def test_the_years_earlier_periods_are_read_once_more_too(two_periods):
    assert audited(two_periods).differences == ()
    package = Package(issued(two_periods))
    cell, xml, value = next(
        one for one in package.numbers("Thay đổi", formulas=False) if one[0][0] == "H"
    )
    assert value == "3"
    package.change("Thay đổi", xml, xml.replace("<v>3</v>", "<v>2</v>"))
    package.save()
    (told, *_) = [one for one in audited(two_periods).differences if one.cell == cell]
    assert told.sheet == "Thay đổi" and told.expected == "3"
    assert "2018-Q1" in told.sources[0]


@pytest.mark.long
def test_an_earlier_period_with_other_returns_must_be_consolidated_again(two_periods):
    inbox = two_periods / "2018-Q1" / "nhan-ve"
    (path,) = inbox.iterdir()
    Form(path).fill({"1.1.3": {"spent": 2}}).save(path)
    consolidate_period(load(two_periods), "2018-Q1")
    with pytest.raises(AuditError, match="Tổng hợp lại kỳ 2018-Q1, rồi kỳ 2018-6T"):
        audited(two_periods)
    consolidate_period(load(two_periods), PERIOD)
    assert audited(two_periods).differences == ()


def test_nothing_consolidated_is_nothing_to_audit(workspace):
    with pytest.raises(NoReturnsError):
        audited(workspace)


# ------------------------------------------------------------------------ its own


def test_the_audit_shares_no_code_with_what_makes_the_figures():
    code = "import sys, cchc_xl.audit.check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {".".join(name.split(".")[:2]) for name in done.stdout.split()}
    shared = {"cchc_xl.returns", "cchc_xl.ledger", "cchc_xl.outputs", "cchc_xl.period", "pandas"}
    assert not loaded & shared


@pytest.mark.long
def test_a_budget_that_stands_on_a_parent_only_survives_recalculation(workspace):
    """A sum over blank rows would give nothing once Excel calculates."""
    for code, budget in (("1.1", 15), ("1.1.1", None), ("1.1.2", None), ("1.1.3", None)):
        edit_workbook(
            workspace / "CCHC-2018.xlsm",
            "Kế hoạch",
            {"Kế hoạch": "3598-2017", "Mã": code},
            **{"Kinh phí dự toán (triệu đồng)": budget},
        )
    loaded = load(workspace)
    paths, _ = make_forms(loaded, PERIOD)
    entry = {"1.1.1": {"status": "Đang thực hiện", "spent": 1}}
    return_form(paths["Sở Tư pháp"], workspace / PERIOD / "nhan-ve", entry)
    consolidate_period(loaded, PERIOD)
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.long
def test_a_changed_figure_in_the_report_is_caught_and_other_words_are_not(workspace_of_demo):
    from docx import Document

    report = workspace_of_demo / PERIOD / "tong-hop" / f"Bao-cao_{PERIOD}.docx"
    document = Document(report)
    money = next(p for p in document.paragraphs if p.text.startswith("Tổng dự toán là"))
    money.runs[0].text = "Về kinh phí: tổng " + money.runs[0].text[len("Tổng ") :]
    document.save(report)
    assert audit_period(load(workspace_of_demo), PERIOD).differences == ()
    spent = re.search(r"đã chi lũy kế là ([\d.,]+) triệu", money.runs[0].text)[1]
    money.runs[0].text = money.runs[0].text.replace(spent, "9" + spent[1:])
    document.save(report)
    found = audit_period(load(workspace_of_demo), PERIOD).differences
    assert [one.expected for one in found] == [spent]


@pytest.mark.long
def test_a_citation_that_its_cell_does_not_bear_out_is_caught(workspace_of_demo):
    import openpyxl

    path = issued(workspace_of_demo)
    workbook = openpyxl.load_workbook(path, data_only=True)  # values in place of formulas
    page = workbook["Dẫn chiếu báo cáo"]
    row = next(n for n in range(5, page.max_row + 1) if page.cell(n, 3).value == "8.000")
    page.cell(row, 3).value = "8.001"
    workbook.save(path)
    found = audited(workspace_of_demo)
    assert ("Dẫn chiếu báo cáo", f"dòng {row}") in places(found)
