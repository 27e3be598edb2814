"""Speed, as a ratio against the bare reader in the same run.

.venv/bin/python -m pytest -m benchmark -s tests/test_benchmark.py
"""

from __future__ import annotations

import datetime
import random
import time
from dataclasses import replace

import pytest
from python_calamine import CalamineWorkbook
from support import Form

from cchc_xl.agencies import Agency, Registry
from cchc_xl.consolidation import Inputs, read_period
from cchc_xl.forms import write_form
from cchc_xl.journal import ReturnedFile
from cchc_xl.workspace import arrival

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
        form.fill({
            code: {"status": "Đang thực hiện", "percent": chance.randrange(100),
                   "result": f"Kết quả {chance.random()}", "proof": f"{chance.random()}/BC",
                   **({"spent": 0} if form.cell(code, "budget").value is not None else {})}
            for code in form.rows
        })  # fmt: skip
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
