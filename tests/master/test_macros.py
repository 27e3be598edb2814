"""What the master workbook is made of: VBA, ribbon, Python entries, and that they fit."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import inspect
import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator
from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication
from pyvbaanalysis import DiagnosticSeverity, analyze_workbook

from cchc_xl.cli.steps import init
from cchc_xl.excel import functions as cell_functions
from cchc_xl.master.functions import FUNCTIONS
from cchc_xl.master.macros import WORDS_SHEET, commands

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "workbook"))
import build  # noqa: E402

MASTER = build.BUILT
OURS = {name: source for name, source in build.modules().items() if name != "xlwings"}


@pytest.fixture(scope="module")
def project():
    with ExcelFile(MASTER) as book:
        return {name: book.get_module(name) for name in book.module_names()}


# ---------------------------------------------------------------- the VBA project


def test_the_project_holds_our_modules_and_the_installed_xlwings(project):
    assert set(project) >= set(build.modules())
    version = importlib.metadata.version("xlwings")
    assert f'Public Const XLWINGS_VERSION As String = "{version}"' in project["xlwings"]
    package = importlib.util.find_spec("xlwings").submodule_search_locations[0]
    shipped = Path(package, "xlwings.bas").read_text("ascii").splitlines()
    assert [line.rstrip() for line in project["xlwings"].splitlines()][1:] == [
        line.rstrip() for line in shipped
    ][1:]


def test_vba_compiles_as_far_as_can_be_told_without_excel():
    errors = {
        name: [one.code for one in found if one.severity == DiagnosticSeverity.ERROR]
        for name, found in analyze_workbook(MASTER).items()
    }
    # In xlwings' own module a line that only Macs compile asks for a library.
    assert errors.pop("xlwings") == ["missing-library-reference"]
    assert "#If Mac Then\n    Dim d As Dictionary\n" in build.modules()["xlwings"]
    assert set(errors) >= set(OURS)
    assert not any(errors.values()), errors


@pytest.mark.parametrize("name", OURS)
def test_our_modules_are_ascii_and_explicit(name):
    assert OURS[name].isascii()
    assert "Option Explicit" in OURS[name]


def test_macros_hold_no_rules():
    """Each command is one line; nothing in it decides or calculates."""
    bodies = re.findall(r"Public Sub (\w+)\(\)\n(.*?)End Sub", OURS["Commands"], re.DOTALL)
    assert [name for name, _ in bodies] == [command.macro for command in commands()]
    for name, body in bodies:
        lines = [line.strip() for line in body.strip().splitlines()]
        assert len(lines) == 1, name
        assert re.fullmatch(
            r'RunPython "from cchc_xl\.excel import (\w*commands); \1\.\w+\(\)"', lines[0]
        ), name


def run_in_interpreter(macro: str, *arguments: object) -> list[str]:
    """Run one of our subs in pyOpenVBA's interpreter; gives what RunPython was asked."""
    app = ExcelApplication()
    app.add_workbook()
    app.add_module(
        "Public Asked As String\n"
        "Public Function RunPython(PythonCommand As String)\n"
        "    Asked = PythonCommand\n"
        "End Function\n"
        "Public Function WhatWasAsked() As String\n"
        "    WhatWasAsked = Asked\n"
        "End Function\n",
        name="xlwings",
    )
    app.add_module(OURS["Commands"], name="Commands")
    app.run(macro, *arguments)
    return app.run("WhatWasAsked")


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.macro)
def test_each_button_calls_a_python_entry_that_exists(command):
    asked = run_in_interpreter(command.macro)
    module, entry = re.fullmatch(
        r"from cchc_xl\.excel import (\w+); \1\.(\w+)\(\)", str(asked)
    ).groups()
    function = getattr(importlib.import_module(f"cchc_xl.excel.{module}"), entry)
    # Excel calls it without arguments; `command` has put the workbook in.
    assert hasattr(function, "__wrapped__")
    assert len(inspect.signature(function.__wrapped__).parameters) == 2


# --------------------------------------------------------------------- the ribbon


def ribbon(content: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(BytesIO(content)) as package:
        relationships = package.read("_rels/.rels").decode()
        assert 'Target="customUI/customUI14.xml"' in relationships
        return ElementTree.fromstring(package.read("customUI/customUI14.xml"))


def test_every_ribbon_button_runs_a_sub_of_its_name():
    root = ribbon(MASTER.read_bytes())
    buttons = [node for node in root.iter() if node.tag.endswith("}button")]
    assert len(buttons) == len(commands()) > 6
    for button in buttons:
        assert button.attrib["onAction"] == "CchcOnRibbon"
        assert f"Public Sub {button.attrib['id']}()" in OURS["Commands"]
        assert {"label", "imageMso", "screentip", "supertip"} <= button.attrib.keys()
        assert re.search(r"[À-ỹ]", button.attrib["supertip"])
    (tab,) = [node for node in root.iter() if node.tag.endswith("}tab")]
    assert tab.attrib["label"] == "CCHC"


def test_sheet_buttons_run_the_same_macros():
    with zipfile.ZipFile(MASTER) as package:
        drawing = package.read("xl/drawings/vmlDrawing1.vml").decode("utf-8")
    assert re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawing) == [
        command.macro for command in commands()
    ]


# ------------------------------------------------------------------ the functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_wrapper_calls_a_python_function_with_its_arguments(name):
    wrapper = re.search(
        rf'Public Function {name}\((.*?)\) As Variant.*?Ask\("{name}", Array\((.*?)\)\)\n',
        OURS["Functions"],
        re.DOTALL,
    )
    declared = [part.strip().split()[-3] for part in wrapper[1].split(",")]
    assert declared == [argument for argument, _, _ in FUNCTIONS[name].arguments]
    passed = re.findall(r"Values\((\w+)\)", wrapper[2])
    assert passed == declared
    assert ("ThisWorkbook.Path" in wrapper[2]) == FUNCTIONS[name].needs_figures
    assert callable(getattr(cell_functions, name))


def test_functions_are_described_in_vietnamese_within_excels_limits():
    sheet = openpyxl.load_workbook(MASTER)[WORDS_SHEET]
    rows = {row[0]: row[1:3] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == set(FUNCTIONS)
    for name, (description, asked) in rows.items():
        assert len(description) <= 255, name
        for text in (description, *asked.split("\n")):
            assert re.search(r"[À-ỹ]", text) and len(text) <= 255, (name, text)
        assert len(asked.split("\n")) == len(FUNCTIONS[name].arguments)


# ------------------------------------------------------------------- as a package


def test_the_master_is_valid_and_links_to_nothing(tmp_path, decision_files):
    empty, _, _ = init(tmp_path / "CCHC")
    for path in (MASTER, empty):
        result = OpenXmlValidator().validate(path)
        assert not result.errors, result.errors[:3]
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            assert "xl/vbaProject.bin" in names
            assert not [name for name in names if "externalLink" in name]
            sheets = [package.read(n) for n in names if n.startswith("xl/worksheets/sheet")]
        assert not any(b"[1]" in sheet for sheet in sheets)


def test_the_same_decisions_give_the_same_master(tmp_path, decision_files):
    first, _, _ = init(tmp_path / "a" / "CCHC", decision_files)
    second, _, _ = init(tmp_path / "b" / "CCHC", decision_files)
    assert first.read_bytes() == second.read_bytes()
