"""Build what the master workbook is made of, and the example master beside this script.

vbaProject.bin is made of vba/*.bas, of the wrappers of the functions in cells (one for each
in `cchc_xl.master.functions`), and of the module that the installed xlwings ships. Run
`python workbook/build.py` after a change to any of these, to ribbon.xml or to how masters
are written; a test holds the built files to their sources.
"""

from __future__ import annotations

import importlib.util
import tempfile
import zipfile
from pathlib import Path

from pyopenvba import ExcelFile

from cchc_xl.cli.demo import decision_paths
from cchc_xl.cli.steps import init
from cchc_xl.master.functions import FUNCTIONS, Function

HERE = Path(__file__).parent
PROJECT = HERE / "vbaProject.bin"
BUILT = HERE / "CCHC-2018.xlsm"

_FUNCTIONS_HEAD = """\
Attribute VB_Name = "Functions"
Option Explicit
' Made by workbook/build.py: the functions that stand in cells. Values go to Python, not
' ranges, so that it need not ask Excel for them.

Private Const Home As String = "cchc_xl.excel.functions"
Private Const SeveralAreas As Long = 513

Private Function Values(Optional argument As Variant) As Variant
    Dim cells As Range
    If IsMissing(argument) Then
        Values = ""
    ElseIf TypeName(argument) = "Range" Then
        Set cells = argument
        If cells.Areas.Count > 1 Then Err.Raise SeveralAreas
        ' Of a whole column only what is in use: a million empty cells take minutes.
        If cells.Rows.Count = cells.Worksheet.Rows.Count Then
            Set cells = Application.Intersect(cells, cells.Worksheet.UsedRange)
        End If
        If cells Is Nothing Then
            Values = ""
        Else
            Values = cells.Value
        End If
    Else
        Values = argument
    End If
End Function

' The connection to Python is kept, and made anew when it has broken.
Private Function Ask(which As String, arguments As Variant) As Variant
    Static server As Object
    On Error GoTo Broken
    If server Is Nothing Then Set server = XLPy
    Ask = server.CallUDF(Home, which, arguments, ThisWorkbook, Application.Caller)
    Exit Function
Broken:
    Resume Anew
Anew:
    On Error GoTo 0
    Set server = Nothing
    Set server = XLPy
    Ask = server.CallUDF(Home, which, arguments, ThisWorkbook, Application.Caller)
End Function

Private Function Problem(code As Long) As String
    If code = SeveralAreas Then
        Problem = ThisWorkbook.Worksheets("_ham").Range("E1").Value
    Else
        Problem = ThisWorkbook.Worksheets("_ham").Range("D1").Value
    End If
End Function
"""
_WRAPPER = """
Public Function {name}({parameters}) As Variant
    On Error GoTo Failed
    {name} = Ask("{name}", Array({arguments}))
    Exit Function
Failed:
    {name} = Problem(Err.Number)
End Function
"""


def modules() -> dict[str, str]:
    """Module name -> VBA source of every module of the project."""
    sources = {path.stem: path.read_text("ascii") for path in sorted(HERE.glob("vba/*.bas"))}
    sources["Functions"] = _FUNCTIONS_HEAD + "".join(map(_wrapper, FUNCTIONS.values()))
    package = importlib.util.find_spec("xlwings")
    assert package and package.origin
    sources["xlwings"] = Path(package.origin).with_name("xlwings.bas").read_text("ascii")
    return sources


def _wrapper(function: Function) -> str:
    parameters = [
        f"{'Optional ' if optional else ''}{name} As Variant"
        for name, _, optional in function.arguments
    ]
    arguments = [f"Values({name})" for name, _, _ in function.arguments]
    if function.needs_figures:
        # FullName is only the name in LibreOffice.
        arguments.insert(0, 'ThisWorkbook.Path & "/" & ThisWorkbook.Name')
    return _WRAPPER.format(
        name=function.name, parameters=", ".join(parameters), arguments=", ".join(arguments)
    )


def build_project() -> bytes:
    """The VBA project; the same sources give the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.xlsm"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")  # empty, and not ours
            for name, source in modules().items():
                if name in project.module_names():
                    book.set_module(name, source)
                else:
                    project.add_module(name, source)
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def build_master() -> bytes:
    """The example master workbook: that of the two decisions of 2018."""
    with tempfile.TemporaryDirectory() as folder:
        master, _, _ = init(Path(folder) / "CCHC-2018", decision_paths())
        return master.read_bytes()


if __name__ == "__main__":
    PROJECT.write_bytes(build_project())
    BUILT.write_bytes(build_master())
    print(PROJECT, BUILT, sep="\n")
