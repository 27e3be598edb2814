"""The Windows installer, as far as it can be held without Windows. It was run under Wine by
hand; batch traps found there or known of cmd.exe are held here."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cchc_xl.cli.commands import cchc_xl

WORKBOOK = Path(__file__).parents[2] / "workbook"
SCRIPTS = [WORKBOOK / "Cai-dat-CCHC.cmd", WORKBOOK / "Tao-bo-cai-ngoai-tuyen.cmd"]
TEXTS = [WORKBOOK / "cai-dat.txt", WORKBOOK / "khong-co-python.txt"]
PYTHON_HALF = WORKBOOK / "cai_dat.py"


@pytest.fixture(scope="module")
def installer():
    spec = importlib.util.spec_from_file_location("cai_dat", PYTHON_HALF)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(path: Path) -> list[str]:
    """The lines of a batch file that do something."""
    lines = path.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.lower().startswith("rem")]


# -------------------------------------------------------------- the batch files


@pytest.mark.parametrize("path", [*SCRIPTS, *TEXTS], ids=lambda path: path.name)
def test_windows_reads_the_file_as_it_is_meant(path):
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf"), "cmd.exe takes a BOM for a command"
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    content.decode("utf-8")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_batch_file_is_ascii_up_to_its_last_line(path):
    """cmd.exe loses its place in a file after letters of several bytes."""
    assert "".join(path.read_text("utf-8").splitlines()[:-1]).isascii()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_signs_in_folder_names_do_no_harm(path):
    for line in commands(path):
        outside = re.sub(r'"[^"]*"', '""', line)
        assert not line.rstrip().endswith("("), f"a block: {line}"
        assert not re.search(r"%(HERE|SETUP|PYTHON|CANDIDATE|FOUND|TEMP)[%:]", outside), line
        assert "enabledelayedexpansion" not in line.lower()
        # Brackets stand only around the list of a for.
        rest = outside if outside.startswith("echo ") else re.sub(r"in \(.*?\) do", "", outside)
        assert rest.count("(") == rest.count(")"), line
        assert line.count('"') % 2 == 0 or line.startswith('set "FOLDERS='), line


def test_every_jump_lands():
    lines = commands(SCRIPTS[0])
    labels = [line[1:] for line in lines if line.startswith(":")]
    jumps = {name for line in lines for name in re.findall(r"(?:goto |call :)(\w+)", line)}
    assert len(labels) == len(set(labels))
    assert jumps - {"eof"} <= set(labels)
    # Nothing runs into a subroutine by accident, and every label is used.
    assert set(labels) - jumps <= {"finished"}


def test_every_file_it_needs_stands_beside_it():
    for path in SCRIPTS:
        for line in commands(path):
            for name in re.findall(r"(?:%HERE%|%~dp0)([\w-]+\.\w+)", line):
                assert (WORKBOOK / name).is_file(), name


def test_both_halves_mean_the_same_python(installer):
    text = SCRIPTS[0].read_text("utf-8")
    assert f'set "VERSION={installer.PYTHON}"' in text
    assert f"Python.Python.{installer.PYTHON.rpartition('.')[0]} " in text
    for option in re.findall(r'"%HERE%cai_dat.py" (--[\w-]+)', text):
        assert f'["{option}"' in PYTHON_HALF.read_text("utf-8")
    assert "InstallAllUsers=0" in text


def test_the_store_and_unsigned_installers_are_kept_out():
    text = SCRIPTS[0].read_text("utf-8")
    assert r"%CANDIDATE:\WindowsApps\=%" in text
    assert text.index("Get-AuthenticodeSignature") < text.index('"%SETUP%" /quiet')


# -------------------------------------------------------------- the Python half


def test_it_runs_on_nothing_but_the_standard_library():
    done = subprocess.run([sys.executable, "-I", "-S", PYTHON_HALF, "--usable"])
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("version", "exact", "usable"),
    [
        ((3, 10), False, False),
        ((3, 11), False, True),
        ((3, 14), False, True),
        ((3, 14), True, False),
        ((3, 12), True, True),
    ],
)
def test_which_python_will_do(installer, version, exact, usable):
    assert installer.usable(exact, version) is usable


def test_the_programs_it_calls_know_these_words():
    text = PYTHON_HALF.read_text("utf-8")
    called = set(re.findall(r'"-m", "cchc_xl", "(\w+)"', text))
    assert called == {"init", "doctor"} <= set(cchc_xl.commands)
    options = [o for o in cchc_xl.commands["init"].params if isinstance(o, click.Option)]
    assert not [option.name for option in options if option.required]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("install", ("--no-index", "--find-links", "--disable-pip-version-check")),
        ("wheel", ("--wheel-dir",)),
    ],
)
def test_pip_knows_the_options_it_is_given(command, options):
    arguments = [sys.executable, "-m", "pip", command, "--help"]
    known = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    for option in options:
        assert option in known
        assert f'"{option}"' in PYTHON_HALF.read_text("utf-8")


PLAIN = {"SystemDrive": "C:", "PUBLIC": r"C:\Users\Public", "OneDrive": r"C:\Users\an\OneDrive"}


@pytest.mark.parametrize(
    ("usual", "first"),
    [
        (r"C:\Users\an\Documents\CCHC", r"C:\Users\an\Documents\CCHC"),
        (r"C:\Users\Nguyễn An\Documents\CCHC", r"C:\CCHC"),
        (r"C:\Users\an\OneDrive\Documents\CCHC", r"C:\CCHC"),
    ],
)
def test_folders_are_plain_and_not_synchronised(installer, usual, first):
    places = installer.candidates("CCHC", usual, PLAIN)
    assert places[0] == first
    assert places[-1] == r"C:\Users\Public\CCHC"


def test_the_next_folder_is_taken_where_one_cannot_be_made(installer, tmp_path):
    (tmp_path / "tep").touch()
    places = [str(tmp_path / "tep" / "CCHC"), str(tmp_path / "CCHC")]
    assert installer.first_possible(places) == tmp_path / "CCHC"
    with pytest.raises(installer.Stop, match="quyền ghi"):
        installer.first_possible(places[:1])


def test_the_source_is_copied_without_what_building_left(installer, tmp_path):
    copied = installer.copy_source(tmp_path)
    assert (copied / "setup.py").is_file()
    assert (copied / "cchc_xl" / "__main__.py").is_file()
    assert not (copied / ".git").exists()
    assert not (copied / "build").exists()


@pytest.mark.long
def test_an_update_that_fails_leaves_the_old_one_working(installer, tmp_path):
    made = installer.Installer(tmp_path)
    made.venv.mkdir()
    (made.venv / "cũ").touch()
    with pytest.raises(installer.Stop), made.new_venv():
        made.run("Thử", [sys.executable, "-c", "raise SystemExit(1)"], "Không cài được.")
    assert [path.name for path in made.venv.iterdir()] == ["cũ"]
    with made.new_venv():
        assert (made.venv / "pyvenv.cfg").is_file()
    assert not (made.venv / "cũ").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cai-dat.log", "venv"]


def test_a_failure_says_what_to_do_and_where_the_log_is(installer, tmp_path):
    made = installer.Installer(tmp_path)
    program = [sys.executable, "-c", "print('lý do'); raise SystemExit(3)"]
    with pytest.raises(installer.Stop, match=r"Làm lại\.\n.*cai-dat\.log"):
        made.run("Thử", program, "Làm lại.")
    assert made.run("Thử", program) is None
    log = (tmp_path / "cai-dat.log").read_text("utf-8")
    assert "lý do" in log
    assert "Mã kết thúc: 3" in log


def test_an_existing_workspace_is_left_alone_but_for_its_settings(installer, workspace, tmp_path):
    made = installer.Installer(tmp_path)
    made.python = Path(sys.executable)
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    made.make_workspace(workspace)
    assert {path: path.read_bytes() for path in before} == before
    assert (workspace / "xlwings.conf").is_file()


def test_a_new_workspace_gets_an_empty_master(installer, tmp_path):
    made = installer.Installer(tmp_path)
    made.python = Path(sys.executable)
    folder = tmp_path / "CCHC"
    folder.mkdir()
    assert made.make_workspace(folder) == folder / "CCHC.xlsm"
    assert (folder / "CCHC.xlsm").is_file()
