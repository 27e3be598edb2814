"""Mails that say that a mail of ours did not arrive (RFC 3464)."""

from __future__ import annotations

import email
import re
from email.message import Message
from typing import NamedTuple

from ..files.mails import decoded, read_headers


class Bounce(NamedTuple):
    """A recipient that a mail did not reach; `message_id` and `subject` are those of the mail,
    "" where the bounce does not say."""

    address: str
    reason: str
    message_id: str
    subject: str = ""


def bounces_of(content: bytes) -> list[Bounce]:
    """The recipients that a mail, as its raw bytes, reports as not reached; none where the server
    is still trying. It may be made to do harm: for a `Reader`."""
    # Not the newer policy, which takes headers apart and fails at broken ones.
    mail = email.message_from_bytes(content)
    original = _original(mail)
    found = []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                found += _failed(block, original) if isinstance(block, Message) else []
    sender = str(mail.get("From", "")).lower()
    # Anybody can write that header: only with a mail of ours beside it does it tell something.
    automatic = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower() != "no"
    from_a_server = automatic or "mailer-daemon" in sender or "postmaster" in sender
    if original[0] and not found and from_a_server:
        # Exim and others name them in a header.
        for address in re.split(r"[,\s]+", str(mail.get("X-Failed-Recipients", ""))):
            found += [Bounce(address.lower(), "máy chủ trả lại", *original)] if address else []
    return found


def _failed(block: Message, original: tuple[str, str]) -> list[Bounce]:
    if str(block.get("Action", "")).strip().lower() != "failed":
        return []
    recipient = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    address = str(recipient).partition(";")[2].strip().strip("<>").lower()
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
    reason = re.sub(r"\s+", " ", said).strip()[:200]
    return [Bounce(address, reason or "máy chủ trả lại", *original)] if address else []


def _original(mail: Message) -> tuple[str, str]:
    """The Message-ID and the subject of the mail that came back."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            raw = part.get_payload(0)
            assert isinstance(raw, Message)  # as the kind says
            named = [str(raw.get(name, "")) for name in ("Message-ID", "Subject")]
            identity, subject = (one.encode("utf-8", "surrogateescape") for one in named)
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            text = text if isinstance(text, bytes) else b""
            headers, _ = read_headers(text, 0, len(text))
            identity, subject = headers.get("message-id", b""), headers.get("subject", b"")
        else:
            continue
        return identity.decode("ascii", "replace").strip(), decoded(subject)
    return "", ""
