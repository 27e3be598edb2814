"""Fixtures: the real plan, real workspaces, and real programs to fill and convert forms."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cchc_xl.cli.demo import decision_paths, run_demo
from cchc_xl.cli.steps import Consolidation, consolidate_period, init, load_registry
from cchc_xl.decision.reader import Decision, read_decision
from cchc_xl.master.opening import load
from cchc_xl.period.consolidation import PeriodReading, read_period
from cchc_xl.period.dispatch import make_forms
from cchc_xl.period.folder import inputs_of
from cchc_xl.plan.agencies import Registry
from cchc_xl.plan.model import Programme
from tests.support.year import FIRST, put_returns

pytest_plugins = (
    "tests.support.mail_servers",
    "tests.support.desktop_keyring",
    "tests.support.mail_office",
)

PERIOD = "2018-6T"


@pytest.fixture(scope="session")
def decision_files() -> list[Path]:
    return decision_paths()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="session")
def decisions(decision_files, registry) -> list[Decision]:
    """3598 (Phụ lục 1 and 2), then 2784 (Nghị quyết 07)."""
    return [read_decision(path, registry) for path in decision_files]


@pytest.fixture(scope="session")
def _initial_workspace(tmp_path_factory, decision_files) -> Path:
    root = tmp_path_factory.mktemp("start") / "CCHC-2018"
    init(root, decision_files)
    return root


@pytest.fixture
def workspace(_initial_workspace, tmp_path) -> Path:
    """A workspace of the real plan, fresh for each test."""
    root = tmp_path / "CCHC-2018"
    shutil.copytree(_initial_workspace, root)
    return root


@pytest.fixture(scope="session")
def demo_done(tmp_path_factory) -> tuple[Path, Consolidation]:
    """A workspace as `cchc-xl demo` leaves it, to be copied, and what its last step gave."""
    root = tmp_path_factory.mktemp("demo") / "CCHC-2018"
    return root, run_demo(root)


@pytest.fixture(scope="session")
def half_a_demo(demo_done, tmp_path_factory) -> Path:
    """The same without the first quarter and without a report: quicker to go on with."""
    root = tmp_path_factory.mktemp("half") / "CCHC-2018"
    shutil.copytree(demo_done[0], root)
    shutil.rmtree(root / "2018-Q1")
    (root / "2018-6T" / "tong-hop" / "Bao-cao_2018-6T.docx").unlink()
    shutil.rmtree(root / "nhat-ky")
    consolidate_period(load(root), "2018-6T")
    return root


@pytest.fixture
def forms(workspace) -> dict[str, Path]:
    """agency -> its form, made in the workspace."""
    return make_forms(load(workspace), PERIOD)[0]


@pytest.fixture
def inbox(workspace) -> Path:
    return workspace / PERIOD / "nhan-ve"


@pytest.fixture(scope="session")
def programme(_initial_workspace) -> Programme:
    return load(_initial_workspace)[1]


@pytest.fixture(scope="session")
def period(programme):
    return programme.period_by_id[PERIOD]


@pytest.fixture(scope="session")
def year(_initial_workspace, tmp_path_factory) -> Path:
    """A workspace with the returns of two periods, nothing consolidated; only to be read."""
    root = tmp_path_factory.mktemp("year") / "CCHC-2018"
    shutil.copytree(_initial_workspace, root)
    loaded = load(root)
    for period_id in (FIRST, PERIOD):
        put_returns(loaded, period_id)
    return root


@pytest.fixture(scope="session")
def two_periods(year) -> PeriodReading:
    """What was read of it, for 2018-6T."""
    loaded = load(year)
    period = loaded.programme.period_by_id[PERIOD]
    return read_period(inputs_of(loaded.workspace, loaded.programme, loaded.findings, period))


class LibreOffice:
    """LibreOffice with a profile of its own that recalculates whatever it opens."""

    _ALWAYS = "<value>0</value>"
    _SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse">{always}</prop></item>
</oor:items>"""

    def __init__(self, home: Path):
        self.home = home
        profile = home / "profile" / "user"
        profile.mkdir(parents=True)
        settings = self._SETTINGS.format(always=self._ALWAYS)
        (profile / "registrymodifications.xcu").write_text(settings, "utf-8")

    def convert(self, path: Path, to: str, folder: Path) -> Path:
        """Open a document and save it as another type; gives the new file."""
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(self.home / 'profile').as_uri()}",
            "--convert-to",
            to,
            "--outdir",
            str(folder),
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        target = folder / f"{path.stem}.{to.partition(':')[0]}"
        assert target.exists(), f"LibreOffice wrote no {target.name}"
        return target


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory) -> LibreOffice:
    assert shutil.which("soffice"), "LibreOffice is missing: run tests/run, which installs it"
    return LibreOffice(tmp_path_factory.mktemp("libreoffice"))
