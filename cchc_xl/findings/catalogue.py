"""Every message the software can give about a document or a mail, declared once, in
Vietnamese, with its severity and the next step."""

from __future__ import annotations

from .mail_messages import MAIL_MESSAGES
from .message import Message
from .plan_messages import PLAN_MESSAGES
from .return_messages import RETURN_MESSAGES
from .row_messages import ROW_MESSAGES
from .rules import RULES

CATALOGUE: dict[str, Message] = {
    **PLAN_MESSAGES,
    **RETURN_MESSAGES,
    **ROW_MESSAGES,
    **RULES,
    **MAIL_MESSAGES,
}
