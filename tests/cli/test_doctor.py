"""What the doctor says of a machine, and the settings that join a workbook to its Python."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import pytest
from pyopenvba import ExcelFile

from cchc_xl.cli import doctor
from cchc_xl.cli.doctor import Check, examine, report
from cchc_xl.workspace import python_settings as settings

XLWINGS = importlib.metadata.version("xlwings")
NAME = "Nguyễn"  # in no Windows code page


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def verdict(result: doctor.Verdict) -> tuple[bool | None, bool]:
    """(ok, whether a next step is told)."""
    return result[0], bool(result[2])


@pytest.fixture(scope="module")
def xlsm(tmp_path_factory) -> Path:
    """A workbook that holds xlwings' own module."""
    path = tmp_path_factory.mktemp("vba") / "so.xlsm"
    folder = importlib.util.find_spec("xlwings").submodule_search_locations[0]
    with ExcelFile.create_new(path) as book:
        source = Path(folder, "xlwings.bas").read_text("ascii")
        book.vba_project().add_module("xlwings", source)
        book.save()
    return path


# -------------------------------------------------------------------- a report


def test_this_machine_is_fit():
    checks = examine()
    assert [check for check in checks if check.ok is False] == []
    assert by_name(checks)["Thư viện xlwings"].found == XLWINGS
    assert report(checks).endswith("Kết luận: máy dùng được.")


def test_a_workspace_is_looked_at_too(workspace):
    (workspace / settings.NAME).write_bytes(settings.settings_file())
    checks = examine(workspace)
    assert {check.name: check.found for check in checks if check.ok is False} == {}
    assert by_name(checks)["Tệp xlwings.conf"].found == f"dùng {sys.executable}"
    assert not list(workspace.glob(".kiem-tra-*"))


def test_the_report_names_the_next_step_of_whatever_is_wrong(tmp_path):
    text = report(examine(tmp_path))
    assert "[CẦN XỬ LÝ] Tệp xlwings.conf: không có" in text
    assert "Việc cần làm: Chạy lại tệp Cai-dat-CCHC.cmd." in text
    assert "[CẦN XỬ LÝ] Sổ tổng hợp" in text
    assert text.endswith("Kết luận: 2 mục cần xử lý.")


def test_a_missing_workspace_is_said_once(tmp_path):
    checks = examine(tmp_path / "không có")
    assert [check.name for check in checks if check.ok is False] == ["Thư mục làm việc"]


def test_a_check_that_fails_says_so_and_the_others_go_on(monkeypatch):
    def broken():
        raise RuntimeError("hỏng")

    monkeypatch.setattr(doctor, "_python", broken)
    first, *others = examine()
    assert (first.ok, first.found) == (None, "không kiểm tra được: RuntimeError: hỏng")
    assert first.action
    assert len(others) == 6


@pytest.mark.parametrize("root", [None, "trống"])
def test_whatever_is_wrong_has_a_next_step(tmp_path, monkeypatch, root):
    monkeypatch.setattr(doctor, "_xlwings_version", lambda: "")
    for check in examine(root and tmp_path):
        assert check.ok is not False or check.action.endswith("."), check


# ----------------------------------------------------------------- the verdicts


def test_excels_dll_is_looked_for_where_vba_does(tmp_path):
    python = tmp_path / "venv" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    assert verdict(doctor.judge_dll(python, XLWINGS, windows=True)) == (False, True)
    (python.parent / f"xlwings32-{XLWINGS}.dll").touch()
    (python.parents[1] / f"xlwings64-{XLWINGS}.dll").touch()
    assert verdict(doctor.judge_dll(python, XLWINGS, windows=True)) == (True, False)
    assert doctor.judge_dll(python, "0.1.0", windows=True)[0] is False


POLICY, OWN = r"Software\Policies\VBAWarnings", r"Software\VBAWarnings"


@pytest.mark.parametrize(
    ("values", "ok", "who"),
    [
        ({}, True, ""),
        ({OWN: 1}, True, ""),
        ({OWN: 4}, False, "Trust Center"),
        ({OWN: 4, POLICY: 2}, True, ""),
        ({OWN: 1, POLICY: 3}, False, "công nghệ thông tin"),
    ],
)
def test_macro_settings_are_read_with_the_policy_first(values, ok, who):
    verdict = doctor.judge_macros("16.0", values)
    assert verdict[0] is ok
    assert who in verdict[2]


def test_macros_cannot_be_judged_without_excel():
    assert doctor.judge_macros("", {})[0] is None


@pytest.mark.parametrize(
    ("stream", "ok"),
    [
        ("", True),
        ("[ZoneTransfer]\r\nZoneId=1\r\n", True),
        ("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://mail.example/so.xlsm\r\n", False),
        ("rác", True),
    ],
)
def test_the_mark_of_the_web_is_read(stream, ok):
    verdict = doctor.judge_mark(stream)
    assert verdict[0] is ok
    assert ok or "Unblock" in verdict[2]


@pytest.mark.parametrize(
    ("folder", "on_network", "ok"),
    [
        (r"C:\CCHC", False, True),
        (r"C:\Users\A\OneDrive\CCHC", False, False),
        (r"c:\users\a\onedrive", False, False),
        (r"C:\Users\A\OneDrive - cũ\CCHC", False, False),  # "ũ" is not in the code page
        (r"C:\Users\A\OneDrive2\CCHC", False, True),
        (r"\\may-chu\chung\CCHC", False, False),
        (r"Z:\CCHC", True, False),
        (r"D:\Cải cách", False, False),
        ("https://tinh.sharepoint.com/CCHC", False, False),
    ],
)
def test_where_a_workspace_should_not_be(folder, on_network, ok):
    environ = {"OneDrive": r"C:\Users\A\OneDrive"}
    verdict = doctor.judge_place(folder, environ, on_network, ansi="cp1252")
    assert verdict[0] is ok
    assert ok or r"C:\CCHC" in verdict[2]


def test_little_space_is_a_fault():
    assert verdict(doctor.judge_space(499 * 1024**2)) == (False, True)
    assert verdict(doctor.judge_space(500 * 1024**2)) == (True, False)


def test_a_folder_that_refuses_files_is_found(tmp_path):
    assert verdict(doctor.judge_folder(tmp_path)) == (True, False)
    assert verdict(doctor.judge_folder(tmp_path / "không có")) == (False, True)


# ------------------------------------------------------------------ the VBA module


def test_the_version_is_read_out_of_the_vba_project(xlsm):
    assert settings.module_version(xlsm.read_bytes()) == XLWINGS
    assert doctor.judge_module(xlsm, XLWINGS)[:2] == (True, XLWINGS)


def test_a_module_of_another_version_is_a_fault(xlsm):
    ok, found, action = doctor.judge_module(xlsm, "0.30.0")
    assert ok is False
    assert XLWINGS in found
    assert "0.30.0" in found
    assert "Cai-dat-CCHC.cmd" in action


def test_a_workbook_without_the_module_is_a_fault(tmp_path):
    path = tmp_path / "so.xlsm"
    with ExcelFile.create_new(path) as book:
        book.vba_project().add_module("khac", "Option Explicit\n")
        book.save()
    assert verdict(doctor.judge_module(path, XLWINGS)) == (False, True)


@pytest.mark.parametrize(
    ("container", "text"),
    [  # the examples of [MS-OVBA] 3.2
        (
            "01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70 00 71 72 73 74 75 762E",
            b"abcdefghijklmnopqrstuv.",
        ),
        (
            "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00"
            "30 6D 6E 6F 70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C",
            b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        ),
        ("01 03 B0 02 61 45 00", b"a" * 73),
    ],
)
def test_vba_source_is_unpacked(container, text):
    assert settings.decompress(bytes.fromhex(container)) == text


# -------------------------------------------------------------------- the settings


def test_the_settings_name_this_python_in_lines_that_vba_reads():
    content = settings.settings_file()
    assert settings.interpreter(content) == sys.executable
    lines = content.decode("ascii").split("\r\n")
    assert lines[-1] == ""
    assert '"UDF MODULES","cchc_xl.excel.functions"' in lines
    assert '"USE UDF SERVER","False"' in lines


def test_a_windowless_python_is_preferred(tmp_path):
    python = tmp_path / "python.exe"
    assert settings.interpreter(settings.settings_file(python)) == str(python)
    (tmp_path / "pythonw.exe").touch()
    content = settings.settings_file(python)
    assert settings.interpreter(content) == str(tmp_path / "pythonw.exe")


HOME = rf"C:\Users\{NAME}\AppData\Local"
ENVIRON = {"LOCALAPPDATA": HOME, "USERPROFILE": rf"C:\Users\{NAME}"}


@pytest.mark.parametrize(
    ("path", "short", "spelled"),
    [
        (r"C:\CCHC-XL\venv\pythonw.exe", "", r"C:\CCHC-XL\venv\pythonw.exe"),
        (rf"{HOME}\venv\pythonw.exe", r"C:\Users\NGUYN~1\x.exe", r"C:\Users\NGUYN~1\x.exe"),
        (rf"{HOME}\venv\pythonw.exe", None, r"%LOCALAPPDATA%\venv\pythonw.exe"),
        (rf"C:\Users\{NAME}\venv\x.exe", None, r"%USERPROFILE%\venv\x.exe"),
        (rf"D:\{NAME}\x.exe", None, rf"D:\{NAME}\x.exe"),
    ],
)
def test_pythons_path_is_spelled_for_vba(path, short, spelled):
    short_name = (lambda path: short) if short is not None else (lambda path: path)
    assert settings.spelled(path, ENVIRON, "cp1258", short_name) == spelled


def test_a_name_inside_the_code_page_is_spelled_by_a_variable():
    environ = {"LOCALAPPDATA": r"C:\Users\Bình\AppData\Local"}
    path = r"C:\Users\Bình\AppData\Local\venv\pythonw.exe"
    assert settings.spelled(path, environ, "cp1252") == r"%LOCALAPPDATA%\venv\pythonw.exe"


def conf(path: Path, python: Path) -> Path:
    path.write_text(f'"INTERPRETER_WIN","{python}"\r\n', "utf-8")
    return path


def test_settings_must_name_a_python_that_is_there_and_is_this_one(tmp_path):
    here, other = Path(sys.executable), tmp_path / "pythonw.exe"
    path = tmp_path / settings.NAME
    assert doctor.judge_settings(path, here)[0] is False
    path.write_bytes(b"")
    assert "không ghi Python nào" in doctor.judge_settings(path, here)[1]
    assert "không có tệp này" in doctor.judge_settings(conf(path, other), here)[1]
    other.touch()
    assert "không phải Python đang chạy" in doctor.judge_settings(conf(path, other), here)[1]
    assert doctor.judge_settings(conf(path, here), here)[0] is True


def test_a_python_below_letters_that_vba_cannot_read_is_a_fault(tmp_path):
    python = tmp_path / NAME / "pythonw.exe"
    python.parent.mkdir()
    python.touch()
    path = conf(tmp_path / settings.NAME, python)
    assert verdict(doctor.judge_settings(path, python, "cp1252")) == (False, True)
