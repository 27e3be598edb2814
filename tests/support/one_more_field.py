"""Two returns of an agency with one more column than the product's form: run by the test of it,
with a copy of the product whose list of fields has one record more."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openpyxl

from cchc_xl.cli.steps import consolidate_period, init
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback, make_forms
from tests.support import forms

PERIOD, AGENCY = "2018-6T", "Sở Tư pháp"
NAME, HEADING = "participants", "Số lượt tham gia"
BEFORE = {"1.1.3": {"status": "Đang thực hiện", "percent": 50, NAME: 12}}
AFTER = {
    "1.1.3": {"status": "Đang thực hiện", "percent": 50, NAME: 15},
    "1.3.4": {"status": "Đang thực hiện", "percent": 50, NAME: "nhiều"},
}


def sheet_rows(path: Path, name: str) -> list[tuple]:
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


def main(root: Path, decisions: list[Path]) -> None:
    forms.HEADINGS[NAME] = HEADING
    init(root, decisions)
    paths, _ = make_forms(load(root), PERIOD)
    inbox = root / PERIOD / "nhan-ve"
    forms.return_form(paths[AGENCY], inbox, BEFORE, "a.xlsx")
    forms.return_form(paths[AGENCY], inbox, AFTER, "b.xlsx")
    done = consolidate_period(load(root), PERIOD)
    rows = sheet_rows(done.outputs[0], "Nguồn số liệu")
    at = next(number for number, row in enumerate(rows) if HEADING in row)
    sources = [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]
    own = [row for row in sources if row["Cơ quan báo cáo"] == AGENCY]
    marked, _ = make_feedback(load(root), PERIOD)
    form = forms.Form.__new__(forms.Form)
    form.workbook = openpyxl.load_workbook(marked[AGENCY])
    form.sheet = form.workbook["Phiếu báo cáo"]
    form.find()
    wrong = form.cell("1.3.4", NAME)
    told = {
        "sources": {row["Mã"]: row[HEADING] for row in own if row[HEADING] is not None},
        "marked": form.cell("1.1.3", NAME).value,
        "comment": wrong.comment.text if wrong.comment else "",
        "column": wrong.column_letter,
        "versions": [f.message for f in done.findings if f.code == "return-superseded"],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
