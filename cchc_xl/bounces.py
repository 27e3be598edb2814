"""Mails that say that a mail of ours did not arrive (RFC 3464)."""

from __future__ import annotations

import re
from email.message import EmailMessage, Message
from typing import NamedTuple


class Bounce(NamedTuple):
    """A recipient that a mail did not reach; `message_id` is that of the mail, "" where the
    bounce does not say."""

    address: str
    reason: str
    message_id: str


def bounces(mail: EmailMessage) -> list[Bounce]:
    """The recipients that a mail reports as not reached; none for any other mail, or where the
    server is still trying."""
    original = _original(mail)
    found = []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                found += _failed(block, original) if isinstance(block, Message) else []
    if not found and _is_from_a_server(mail):  # Exim and others name them in a header
        for address in re.split(r"[,\s]+", str(mail.get("X-Failed-Recipients", ""))):
            found += [Bounce(address.lower(), "máy chủ trả lại", original)] if address else []
    return found


def is_automatic(mail: EmailMessage) -> bool:
    """Whether a program answered by itself (RFC 3834)."""
    said = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    return said != "no" or "X-Autoreply" in mail


def _failed(block: Message, original: str) -> list[Bounce]:
    if str(block.get("Action", "")).strip().lower() != "failed":
        return []
    recipient = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    address = str(recipient).partition(";")[2].strip().strip("<>").lower()
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
    reason = re.sub(r"\s+", " ", said).strip()[:200]
    return [Bounce(address, reason or "máy chủ trả lại", original)] if address else []


def _original(mail: EmailMessage) -> str:
    """The Message-ID of the mail that came back."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            return str(part.get_payload(0).get("Message-ID", "")).strip()
        if kind == "text/rfc822-headers":
            text = part.get_payload(decode=True) or b""
            found = re.search(rb"(?im)^Message-ID:\s*(<[^>]+>)", text)
            return found[1].decode("ascii", "replace") if found else ""
    return ""


def _is_from_a_server(mail: EmailMessage) -> bool:
    sender = str(mail.get("From", "")).lower()
    return "mailer-daemon" in sender or "postmaster" in sender or is_automatic(mail)
