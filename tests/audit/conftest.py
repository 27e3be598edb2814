from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.master.opening import load
from tests.support.audited import KEPT, PERIOD


@pytest.fixture(scope="session")
def demo(demo_done, tmp_path_factory) -> Path:
    """The demo with a handful of its returns, so that an audit takes no time."""
    root = tmp_path_factory.mktemp("audit") / "CCHC-2018"
    shutil.copytree(demo_done[0], root)
    shutil.rmtree(root / "nhat-ky")
    for period in ("2018-Q1", PERIOD):
        for path in (root / period / "nhan-ve").iterdir():
            if not re.search("|".join(KEPT), path.name):
                path.unlink()
        consolidate_period(load(root), period, with_report=period == PERIOD)
    return root
