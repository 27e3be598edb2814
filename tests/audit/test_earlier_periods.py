"""An earlier period that changed since is said."""

from __future__ import annotations

import pytest

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.master.opening import load
from tests.support.one_agency import returned

PERIOD = "2018-6T"


@pytest.mark.long
def test_returns_of_an_earlier_period_that_changed_since_are_said(workspace):
    first = returned(workspace, "2018-Q1", spent=1)
    consolidate_period(load(workspace), "2018-Q1")
    returned(workspace)
    done = consolidate_period(load(workspace), PERIOD)
    assert "earlier-changed" not in {found.code for found in done.findings}
    first.rename(first.with_name("ten-khac.xlsx"))
    done = consolidate_period(load(workspace), PERIOD)
    assert "earlier-changed" in {found.code for found in done.findings}
