"""One agency that returns a form, twice perhaps, and an officer who decides which counts."""

from __future__ import annotations

import zipfile

import openpyxl

from cchc_xl.cli.steps import read_returns
from cchc_xl.master.opening import load
from tests.support.forms import form_of, return_form

PERIOD = "2018-6T"
AGENCY = "Sở Tư pháp"
FIRST = {"1.1.3": {"status": "Đang thực hiện", "percent": 10, "spent": 5}}
SECOND = {"1.1.3": {"status": "Đang thực hiện", "percent": 20, "spent": 6}}
OTHER = "Sở Y tế"
WRONG = {"III.1": {"status": "Gần xong", "percent": 10}}


def decide(workspace, *rows):
    """Write rows into the master's sheet Xử lý phiếu."""
    path = workspace / "CCHC-2018.xlsm"
    book = openpyxl.load_workbook(path)
    for at, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            book["Xử lý phiếu"].cell(at, column).value = value
    book.save(path)


def filled(form, folder, entries):
    return return_form(form, folder, entries).read_bytes()


def zipped(path, parts):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def read_with_findings(workspace):
    reading = read_returns(load(workspace), PERIOD)
    return reading.ledger, {found.code: found for found in reading.findings}


def returned(root, period=PERIOD, spent=1.5, **more):
    """A return of Sở Tư pháp."""
    entry = {"1.1.3": {"status": "Đang thực hiện", "percent": 50, "spent": spent, **more}}
    return return_form(form_of(root, period, AGENCY), root / period / "nhan-ve", entry)
