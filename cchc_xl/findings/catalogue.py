"""Every message the software can give about a document or a mail, declared once, in
Vietnamese, with its severity and the next step.

* error: a figure was left out, or the plan contradicts itself.
* warning: it was taken as it stands, and somebody should look.
* info: how the software read something that was not written plainly.
* trial: what a rule on trial would say; never in the catalogue itself.
"""

from __future__ import annotations

from .mail_messages import MAIL_MESSAGES
from .messages import PLAN_MESSAGES, Rule
from .return_messages import RETURN_MESSAGES
from .row_messages import ROW_MESSAGES

SEVERITIES = ("error", "warning", "info", "trial")

CATALOGUE: dict[str, Rule] = {**PLAN_MESSAGES, **RETURN_MESSAGES, **ROW_MESSAGES, **MAIL_MESSAGES}
