"""What officers put under the names of our results is never lost."""

from __future__ import annotations

import pytest

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.master.opening import load
from tests.support.one_agency import returned

PERIOD = "2018-6T"


@pytest.mark.long
def test_a_report_that_came_back_after_a_run_without_it_is_kept(workspace):
    returned(workspace)
    consolidate_period(load(workspace), PERIOD, with_report=True)
    report = workspace / PERIOD / "tong-hop" / f"Bao-cao_{PERIOD}.docx"
    away = workspace / "ban-sua.docx"
    away.write_bytes(report.read_bytes() + b"by hand")
    report.unlink()
    consolidate_period(load(workspace), PERIOD)
    away.replace(report)
    returned(workspace, spent=2)
    done = consolidate_period(load(workspace), PERIOD)
    kept = list(report.parent.glob("Bao-cao_*_sua-tay-*.docx"))
    assert [path.read_bytes()[-7:] for path in kept] == [b"by hand"]
    assert "output-edited" in {found.code for found in done.findings}


def test_a_workbook_of_somebody_else_under_our_name_is_kept(workspace):
    returned(workspace)
    path = workspace / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made by hand")
    consolidate_period(load(workspace), PERIOD)
    kept = list(path.parent.glob("Phu-luc-2_*_sua-tay-*.xlsx"))
    assert [one.read_bytes() for one in kept] == [b"made by hand"]
