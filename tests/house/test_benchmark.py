"""Speed, as a ratio against the bare reader or writer in the same run.

.venv/bin/python -m pytest -m benchmark -s tests/test_benchmark.py
"""

from __future__ import annotations

import datetime
import io
import random
import time
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from cchc_xl.outputs.collector_handouts import collector_handouts
from cchc_xl.outputs.handouts import agency_handouts
from cchc_xl.outputs.monitoring import write_outputs
from cchc_xl.period.consolidation import Inputs, read_period
from cchc_xl.plan.agencies import Agency, Registry
from cchc_xl.plan.model import row_key
from cchc_xl.returns.form import write_form
from cchc_xl.workspace.disk import arrival
from cchc_xl.workspace.journal import ReturnedFile
from tests.support.forms import Form

RETURNS = 1000


@pytest.fixture(scope="module")
def thousand(programme, period, tmp_path_factory):
    """A thousand agencies that have returned their rows of the real plans."""
    registry = programme.registry
    more = RETURNS - len(registry.agencies)
    units = tuple(Agency(f"X{i}", f"Đơn vị {i:04d}", ("Các Sở, ban, ngành",)) for i in range(more))
    large = replace(programme, registry=Registry(registry.agencies + units, registry.groups))
    folder = tmp_path_factory.mktemp("thousand")
    chance = random.Random(1)
    paths = []
    for name in large.rows_by_agency(period):
        path = folder / f"{large.registry.by_name[name].id}.xlsx"
        path.write_bytes(write_form(large, period, large.registry.by_name[name]))
        form = Form(path)
        form.fill(
            {
                code: {
                    "status": "Đang thực hiện",
                    "percent": chance.randrange(100),
                    "result": f"Kết quả {chance.random()}",
                    "proof": f"{chance.random()}/BC",
                    **({"spent": 0} if form.cell(code, "budget").value is not None else {}),
                }
                for code in form.rows
            }
        )
        paths.append(form.save(path))
    return large, paths


@pytest.mark.benchmark
def test_consolidating_costs_little_more_than_reading(thousand, period):
    programme, paths = thousand

    def bare() -> None:
        for path in paths:
            workbook = CalamineWorkbook.from_path(str(path))
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()

    def ours() -> None:
        files = [ReturnedFile(path.name, path.read_bytes(), arrival(path)) for path in paths]
        read_period(Inputs(programme, (), period, {period: files}))

    def seconds(work) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    bare(), ours()  # warm up
    pairs = [(seconds(bare), seconds(ours)) for _ in range(5)]
    ratio = sorted(o / b for b, o in pairs)[2]
    print(
        f"\n{len(paths)} returns: bare python-calamine {min(b for b, _ in pairs):.2f} s, "
        f"read + check + consolidate {min(o for _, o in pairs):.2f} s, median ratio {ratio:.2f} "
        f"({datetime.date.today():%Y-%m-%d})"
    )
    assert ratio <= 8  # marks of cells, a process and the rules included


@pytest.fixture(scope="module")
def forty(programme, period):
    """A period in which forty agencies have returned everything, and the one before it."""
    from cchc_xl.text.dates import VIETNAM

    registry = programme.registry
    more = 40 - len(programme.rows_by_agency(period))
    units = tuple(Agency(f"X{i}", f"Đơn vị {i:02d}", ("Các Sở, ban, ngành",)) for i in range(more))
    large = replace(programme, registry=Registry(registry.agencies + units, registry.groups))
    quarter = programme.period_by_id["2018-Q1"]
    chance = random.Random(1)
    files = {}
    for one, share in ((quarter, 0.2), (period, 0.5)):
        arrived = datetime.datetime(2018, one.months, 1, tzinfo=VIETNAM)
        files[one] = []
        for name, by_plan in large.rows_by_agency(one).items():
            entries = {
                row_key(item.plan, item.code): {
                    "status": "Đang thực hiện",
                    "percent": chance.randrange(100),
                    "result": f"Kết quả {chance.randrange(1000)}",
                    **({} if item.budget is None else {"spent": item.budget / 1e6 * share}),
                }
                for items in by_plan.values()
                for item in items
            }
            form = write_form(large, one, large.registry.by_name[name], entries)
            files[one].append(ReturnedFile(f"{name}.xlsx", form, arrived))
    return read_period(Inputs(large, (), period, files))


@pytest.mark.benchmark
def test_all_outputs_cost_little_more_than_writing_their_cells(forty):
    """The workbook, the report, and a workbook for each agency and each collector, against bare
    XlsxWriter that writes the same cells of the same workbooks."""
    ledger, earlier, found = forty

    def ours() -> list[bytes]:
        outputs = write_outputs(ledger, earlier, found, with_report=True)
        handed = agency_handouts(ledger) | collector_handouts(ledger, earlier)
        return [outputs.workbook, *handed.values()]

    books = [_cells(content) for content in ours()]

    def bare() -> None:
        for sheets in books:
            workbook = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
            form = workbook.add_format({"border": 1, "text_wrap": True})
            for name, cells in sheets.items():
                sheet = workbook.add_worksheet(name)
                for row, column, value in cells:
                    if isinstance(value, str):
                        sheet.write_string(row, column, value, form)
                    else:
                        sheet.write(row, column, value, form)
            workbook.close()

    def seconds(work) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    bare()
    pairs = [(seconds(bare), seconds(ours)) for _ in range(5)]
    ratio = sorted(o / b for b, o in pairs)[2]
    cells = sum(len(cells) for sheets in books for cells in sheets.values())
    print(
        f"\n{len(books)} workbooks, {cells} cells: bare XlsxWriter "
        f"{min(b for b, _ in pairs):.2f} s, all outputs {min(o for _, o in pairs):.2f} s, "
        f"median ratio {ratio:.2f} ({datetime.date.today():%Y-%m-%d})"
    )
    assert ratio <= 3.5


def _cells(content: bytes) -> dict[str, list[tuple[int, int, object]]]:
    """Every cell of a workbook that has a value or a look."""
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {
        sheet.title: [
            (cell.row - 1, cell.column - 1, cell.value)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None or cell.has_style
        ]
        for sheet in workbook.worksheets
    }
