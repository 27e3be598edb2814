"""The shape that keeps the project readable, held by tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cchc_xl.catalogue import CATALOGUE, SEVERITIES
from cchc_xl.findings import Place, finding

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cchc_xl"

# A module imports only modules above it: data flows one way.
ORDER = [
    "errors", "memory", "template_faults", "templates", "messages", "return_messages",
    "row_messages", "mail_messages", "catalogue", "findings", "money", "vietnamese",
    "legacy_text", "words", "quantities", "textfit", "packages", "statuses", "agencies",
    "periods", "rules", "explanations", "plan", "marks", "xlsx_marks", "xls_marks", "ods_marks",
    "xlsb_marks", "cell_marks", "sheets", "documents", "preamble", "goals", "appendix",
    "proofs", "assignments", "decision", "decided", "cells", "official_worksheets",
    "worksheets", "workbooks", "letterhead", "master_sheets", "result_sheets", "master_tables",
    "mail_settings", "master_rules", "master_goals", "master_explanations", "master_reader",
    "sheet_names", "forms", "attachment_names", "parts", "mail_headers", "mail_parts",
    "tnef_parts", "msg_parts", "containers", "returned_workbook", "isolation", "returns",
    "explanation_sheet", "values", "work", "recognition", "form_rows", "form_reader",
    "versions", "checks", "year_explanations", "consolidate", "lineage", "citations", "issued",
    "results", "figures",
    "workspace", "registries", "journal", "mail_log", "mail_texts", "mail", "mail_servers",
    "mail_out", "body_structure", "mailbox", "seen_mails", "sent_folder", "bounces",
    "passwords", "figure_store", "functions", "macros", "dashboard_grid", "dashboard_lists",
    "dashboard", "master", "plan_sheets", "appendices", "table_pages", "overview",
    "assessments", "summaries", "watchlists", "history", "charts", "key_figures",
    "report_template", "report", "monitoring", "handouts", "collector_handouts", "chasing",
    "board",
    "audit_reading", "audit_carriers", "audit_values", "audit_returns", "audit_issued",
    "audit_figures", "audit_sources", "audit_explanations", "audit_submissions",
    "audit_appendices", "audit_summaries", "audit_targets", "audit_formulas", "audit_report",
    "audit", "consolidation", "period_folder", "marking", "feedback", "settings", "guide",
    "loading", "standing", "dispatch", "letters", "correspondence", "relations", "collect",
    "tracing", "mail_check", "doctor", "steps", "demo", "as_json", "command_line", "mail_cli",
    "cli",
]  # fmt: skip


def own_imports(path: Path) -> set[str]:
    """The modules of ours that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module} if node.module else {alias.name for alias in node.names}
    return found - {"__version__"}


def test_every_module_has_its_place():
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert modules == set(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_modules_above_it(module):
    above = set(ORDER[: ORDER.index(module)])
    assert own_imports(PACKAGE / f"{module}.py") <= above


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_no_module_grows_too_long_to_read(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_importing_the_package_brings_in_nothing_heavy():
    loaded = python("import sys, cchc_xl; print(*sys.modules)").split()
    assert not {"pandas", "numpy", "xlwings", "openpyxl", "docx", "xlsxwriter"} & set(loaded)


def test_the_core_imports_without_xlwings():
    modules = "; ".join(f"import cchc_xl.{module}" for module in ORDER)
    python(f"import sys; sys.modules['xlwings'] = None; {modules}")


def test_reading_a_plan_needs_no_pandas():
    python("import sys; sys.modules['pandas'] = None; import cchc_xl.cli, cchc_xl.steps")


def test_every_message_is_used():
    other_than_catalogue = [p for p in PACKAGE.glob("*.py") if "messages" not in p.stem]
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
    assert rule.severity in SEVERITIES
    assert "{" not in rule.action
    for sentence in (rule.message, rule.action):
        assert re.search(r"[À-ỹ]", sentence), sentence
        assert sentence.endswith(".")


def test_the_top_level_is_as_agreed():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    top = {name.split("/")[0] for name in listed.splitlines() if not name.startswith(".")}
    allowed = {
        "workbook", "cchc_xl", "templates", "tests", "docs", "setup.py", "README.md",
        "pyproject.toml", "LICENSE", "CHANGELOG.md",
    }  # fmt: skip
    assert top <= allowed


def test_no_private_path_or_host_in_what_we_publish():
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "*.csv", "*.sh"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    pattern = re.compile(r"/(?:root|home/\w+|work|tmp)/")
    for name in filter(None, listed):
        if name != "tests/test_architecture.py":
            text = (ROOT / name).read_text("utf-8")
            assert not pattern.search(text), name
