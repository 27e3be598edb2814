"""Form × trouble × file format: a figure that comes out is the one that the agency meant, or
it is missing and a finding says where and why."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyxlsb import open_workbook

from cchc_xl.cli.steps import init
from cchc_xl.master.opening import load
from cchc_xl.returns.form import write_form
from cchc_xl.text.spelling import without_marks
from tests.support import troubles_of_files, troubles_of_layout, troubles_of_values
from tests.support.calc.host import Calc
from tests.support.cell_troubles import CELL_TROUBLES
from tests.support.file_formats import BY_LIBREOFFICE, FORMATS, WRITERS, Resaver
from tests.support.filled import TROUBLES
from tests.support.forms import Form
from tests.support.matrix import WITH_MONEY, Matrix

pytestmark = pytest.mark.long

assert troubles_of_files and troubles_of_layout and troubles_of_values  # they fill TROUBLES


def build(home: Path, decision_files: list[Path]) -> dict[str, dict[str, list[str]]]:
    """Trouble -> format -> what is wrong."""
    init(home / "CCHC", decision_files)
    (home / "forms").mkdir()
    matrix = Matrix(load(home / "CCHC"), home / "forms")
    rounds = matrix.rounds()
    matrix.write(rounds)
    verdicts: dict[str, dict[str, list[str]]] = {}

    def judge(formats) -> None:
        for trouble, file_format, problems in matrix.judge(rounds, formats):
            verdicts.setdefault(trouble, {}).setdefault(file_format, []).extend(problems)

    with Calc(home / "calc") as calc, ThreadPoolExecutor(1) as beside:
        resaved = beside.submit(matrix.resave, rounds, Resaver(calc))
        judge(WRITERS)  # in the meantime
        resaved.result()
    judge(BY_LIBREOFFICE)
    return verdicts


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory, decision_files):
    """Built once, also where several processes run the tests."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "matrix"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        saved = home / "verdicts.json"
        if not saved.exists():
            folder = Path(tempfile.mkdtemp(dir=home))
            found = build(folder, decision_files)
            saved.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
        return json.loads(saved.read_text("utf-8"))


@pytest.mark.parametrize(
    ("trouble", "file_format"),
    [
        pytest.param(trouble.name, file_format, id=f"{trouble.name}-{file_format}")
        for trouble in TROUBLES
        for file_format in trouble.only
    ],
)
def test_a_troubled_form_gives_what_was_meant_or_says_why_not(verdicts, trouble, file_format):
    assert verdicts[trouble][file_format] == []


@pytest.mark.parametrize("trouble", CELL_TROUBLES, ids=lambda one: without_marks(one.name))
def test_a_cell_is_read_as_meant_or_left_out_with_a_finding(verdicts, trouble):
    found = verdicts[trouble.name]
    assert set(found) == set(trouble.only)
    assert {file_format: problems for file_format, problems in found.items() if problems} == {}


def test_our_xlsb_is_read_alike_by_others(programme, period, libreoffice, tmp_path):
    """Else the matrix would test a format of our own."""
    (tmp_path / "form.xlsx").write_bytes(
        write_form(programme, period, programme.registry.by_name["Sở Tư pháp"])
    )
    form = Form(tmp_path / "form.xlsx")
    form.fill({"1.1.3": {"percent": 0.5, "spent": 14.25, "result": "Đã họp"}})
    form.cell("1.1.3", "percent").number_format = "0%"
    form.sheet.row_dimensions[form.rows["1.3.4"]].hidden = True
    path = tmp_path / "form.xlsb"
    path.write_bytes(WRITERS["xlsb"](form.workbook, {}))
    wanted = [
        [cell.value for cell in row]
        for row in form.sheet.iter_rows(max_col=14, max_row=form.rows["1.3.4"])
    ]
    with open_workbook(str(path)) as book, book.get_sheet(1) as sheet:
        rows = sheet.rows()
        assert [[cell.v for cell in next(rows)][:14] for _ in wanted] == wanted
    saved = Form(libreoffice.convert(path, "xlsx", tmp_path / "out"))
    assert [[c.value for c in row] for row in saved.sheet.iter_rows(max_col=14)][
        : len(wanted)
    ] == wanted
    assert saved.cell("1.1.3", "percent").number_format == "0%"
    assert saved.sheet.row_dimensions[saved.rows["1.3.4"]].hidden
    assert saved.workbook["_cchc"].sheet_state != "visible"


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("agency", WITH_MONEY)
def test_a_doubtful_cell_costs_its_neighbours_nothing(verdicts, agency, file_format):
    assert verdicts[f"beside {agency}"][file_format] == []
