"""Each kind of mail is one record, and what the record names is there."""

from __future__ import annotations

import pytest

from cchc_xl.excel import mail_commands
from cchc_xl.mail.outgoing import WRITERS
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.writing.templates import official_texts, packaged, resource


@pytest.mark.parametrize("kind", MailKind)
def test_a_kind_of_mail_has_a_writer_words_and_a_button(kind):
    assert kind in WRITERS
    assert packaged(kind.template)
    assert official_texts()["thu"][kind.subject]
    assert callable(getattr(mail_commands, f"send_{kind.command}"))
    assert f'label="{kind.button}"' in resource("workbook", "ribbon.xml").read_text("utf-8")
