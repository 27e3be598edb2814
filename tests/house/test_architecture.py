"""The shape that keeps the project readable: what import-linter and the tools don't hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cchc_xl.findings.catalogue import CATALOGUE
from cchc_xl.findings.finding import Place, finding
from cchc_xl.findings.severity import Severity

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cchc_xl"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)
CORE = [module for module in MODULES if not module.startswith("cchc_xl.excel.")]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [linter, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONUTF8": "1"},
    )


def test_packages_import_only_those_above_them():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("text/numbers.py", "from ..plan import model"),
        ("mail/board.py", "import xlwings"),
        ("audit/check.py", "from ..ledger import ledger"),
    ],
)
def test_an_import_that_runs_upward_is_found(tmp_path, module, line):
    shutil.copytree(PACKAGE, tmp_path / "cchc_xl", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "cchc_xl" / module).open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_the_top_of_the_package_holds_packages():
    assert {path.name for path in PACKAGE.glob("*.py")} == {
        "__init__.py",
        "__main__.py",
        "errors.py",
    }


@pytest.mark.parametrize(
    "package",
    sorted(path for path in PACKAGE.glob("*/*.py") if path.name == "__init__.py"),
    ids=lambda path: path.parent.name,
)
def test_each_package_says_what_it_holds(package):
    assert package.read_text("utf-8").startswith('"""')


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_importing_the_package_brings_in_nothing_heavy():
    loaded = python("import sys, cchc_xl; print(*sys.modules)").split()
    assert not {"pandas", "numpy", "xlwings", "openpyxl", "docx", "xlsxwriter"} & set(loaded)


def test_the_core_imports_without_xlwings():
    modules = "; ".join(f"import {module}" for module in CORE)
    python(f"import sys; sys.modules['xlwings'] = None; {modules}")


def test_only_frames_need_pandas():
    others = "; ".join(f"import {module}" for module in CORE if module != "cchc_xl.ledger.frame")
    python(f"import sys; sys.modules['pandas'] = None; {others}")


def test_every_message_is_used():
    other_than_catalogue = [p for p in PACKAGE.rglob("*.py") if p.parent.name != "findings"]
    text = "\n".join(path.read_text("utf-8") for path in other_than_catalogue)
    assert {code for code in CATALOGUE if f'"{code}"' not in text} == set()


@pytest.mark.parametrize("code", CATALOGUE)
def test_messages_are_vietnamese_sentences_that_can_be_filled_in(code, capsys):
    """Run with -s to read them all."""
    rule = CATALOGUE[code]
    names = set(re.findall(r"{(\w+)}", rule.message)) - {"value", "agency"}
    filled = finding(
        code, Place("tep.xlsx", "Trang", "A1"), "x", agency="Sở Nội vụ", **dict.fromkeys(names, "y")
    )
    print(f"{rule.severity:8} {code:28} {filled.message} -> {rule.action}")
    assert rule.severity in set(Severity) - {Severity.TRIAL}
    assert "{" not in rule.action
    for sentence in (rule.message, rule.action):
        assert re.search(r"[À-ỹ]", sentence), sentence
        assert sentence.endswith(".")


def listed(*patterns: str) -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")[:-1]


def test_the_top_level_is_as_agreed():
    top = {name.split("/")[0] for name in listed() if not name.startswith(".")}
    allowed = {
        "workbook",
        "cchc_xl",
        "templates",
        "tests",
        "docs",
        "setup.py",
        "README.md",
        "pyproject.toml",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    }
    assert top <= allowed


def test_no_private_path_or_host_in_what_we_publish():
    pattern = re.compile(r"/(?:root|home/\w+|work|tmp)/")
    for name in listed("*.py", "*.md", "*.toml", "*.csv", "*.sh"):
        if name != "tests/house/test_architecture.py":
            text = (ROOT / name).read_text("utf-8")
            assert not pattern.search(text), name


def test_no_test_file_imports_from_another():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        own = re.findall(r"^from tests\.(\S+) import", path.read_text("utf-8"), re.M)
        assert [name for name in own if name.split(".")[0] != "support"] == [], path
