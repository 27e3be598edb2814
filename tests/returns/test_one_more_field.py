"""A field of the form is one record: what agencies type into a new one is never lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORD = """    Field("participants", "Số lượt tham gia", Kind.COUNT, 9, hint="Ghi số nguyên."),
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory, decision_files):
    """What a product with one record more makes of two returns that fill that column in."""
    copy = tmp_path_factory.mktemp("product")
    for name in ("cchc_xl", "templates", "workbook", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    fields = copy / "cchc_xl" / "plan" / "fields.py"
    text = fields.read_text("utf-8")
    last = '    Field(\n        "difficulties",'
    assert text.count(last) == 1
    fields.write_text(text.replace(last, RECORD + last), "utf-8")
    script = ROOT / "tests" / "support" / "one_more_field.py"
    done = subprocess.run(
        [sys.executable, script, copy / "CCHC-2018", *decision_files],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(copy), str(ROOT)))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_stands_on_the_sheet_of_sources(told):
    assert told["sources"] == {"1.1.3": 15}


def test_it_stands_in_the_marked_return_and_a_wrong_value_is_marked(told):
    assert told["marked"] == 15
    assert "“nhiều” không phải là số nguyên" in told["comment"]


def test_two_versions_are_compared_by_it(told):
    (message,) = told["versions"]
    assert "1.1.3 Số lượt tham gia: 12 → 15" in message
