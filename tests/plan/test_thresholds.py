"""Thresholds of rules as they are typed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cchc_xl.cli.commands import cchc_xl as commands
from cchc_xl.errors import NoReturnsError
from tests.support.one_agency import PERIOD


@pytest.mark.parametrize("threshold", ["abc", "", "-5", "1,500"])
def test_a_threshold_that_is_no_number_is_one_vietnamese_line(workspace, threshold):
    arguments = ["rules", str(workspace), "--try", "spent-over-budget", "--period", PERIOD]
    right = CliRunner().invoke(commands, [*arguments, "--threshold", "40,5"])
    assert isinstance(right.exception, NoReturnsError)  # it went on to the returns
    done = CliRunner().invoke(commands, [*arguments, "--threshold", threshold])
    assert done.exit_code == 2
