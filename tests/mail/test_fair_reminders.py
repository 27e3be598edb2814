"""A reminder asks for nothing before the day that all were told."""

from __future__ import annotations

import datetime

import pytest

from cchc_xl.mail.outgoing import deliver, open_carrier, prepare
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.master.opening import load, master_path
from cchc_xl.period.dispatch import make_forms
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.text.dates import format_date, now
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.scripted_agencies import address_of, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def test_no_reminder_asks_for_a_return_before_the_day_that_all_were_told(workspace, monkeypatch):
    loaded = load(workspace)
    period = loaded.programme.period_by_id[PERIOD]
    enter_addresses(master_path(workspace), {AGENCY: address_of(AGENCY)})
    make_forms(loaded, PERIOD)
    last = period.due_before - datetime.timedelta(days=1)
    # The second one names the last day that all were told, and the third waits for it to pass.
    for days_before, goes in ((20, 1), (16, 1), (12, 0), (0, 1)):
        day = period.due_before - datetime.timedelta(days=days_before)
        monkeypatch.setattr("cchc_xl.mail.board.today", lambda day=day: day)
        loaded = load(workspace)
        outgoing = prepare(loaded, PERIOD, MailKind.REMINDER, way=DRAFTS)
        assert len(outgoing.letters) == goes
        deliver(loaded, outgoing, lambda o=outgoing, x=loaded: open_carrier(x, o))
        for letter in outgoing.letters:
            assert days_before != 16 or format_date(last) in letter.words.plain
        path = Workspace(workspace).correspondence(PERIOD)
        written = str(now().date())
        path.write_text(path.read_text("utf-8").replace(written, str(day)), "utf-8")
