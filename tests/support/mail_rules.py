"""What the SMTP server says to a recipient: a policy server, asked by Postfix at every RCPT TO.

This is how greylisting, rate limits and refusals are added to Postfix in real offices
(SMTPD_POLICY_README); here tests switch them for an address.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Collection
from typing import Any

UNKNOWN = "550 5.1.1 User unknown"
FULL = "452 4.2.2 Mailbox full"
OVER_QUOTA = "552 5.2.2 Mailbox full, over quota"
GREYLISTED = "450 4.2.0 Greylisted, please try again later"
TOO_MANY = "450 4.7.1 Error: too much mail from this account, try again later"
HANGS_UP = "421 4.7.0 Too many messages, closing connection"
_WINDOW = 60.0  # seconds over which messages are counted


class Rules:
    """Which recipients are refused, and how much an account may send; all can be changed while
    the server runs."""

    def __init__(self, mailboxes: Collection[str]):
        self.mailboxes = mailboxes
        self.clear()

    def clear(self) -> None:
        """Everybody may write to every mailbox, as much as they like."""
        self._refused: dict[str, str] = {}
        self._grey: dict[str, int] = {}
        self._tried: Counter[tuple[str, str]] = Counter()
        self._limits: dict[str, tuple[int, str]] = {}
        self._sent: dict[str, dict[str, float]] = {}

    def refuse(self, address: str, answer: str = UNKNOWN) -> None:
        """This recipient is refused at RCPT, until `accept`."""
        self._refused[address.lower()] = answer

    def accept(self, address: str) -> None:
        self._refused.pop(address.lower(), None)
        self._grey.pop(address.lower(), None)

    def greylist(self, address: str, tries: int = 1) -> None:
        """The first tries of each sender to write to this recipient are put off."""
        self._grey[address.lower()] = tries

    def limit(self, sender: str, messages: int, answer: str = TOO_MANY) -> None:
        """An account may send so many messages in a minute; more are refused."""
        self._limits[sender.lower()] = messages, answer
        self._sent.pop(sender.lower(), None)

    def minute_passes(self) -> None:
        """What was sent no longer counts for the limits."""
        self._sent.clear()

    def answer(self, request: dict[str, str]) -> str:
        sender, recipient = request["sender"].lower(), request["recipient"].lower()
        if sender in self._limits:
            most, refusal = self._limits[sender]
            # A message to several recipients is one: `instance` is the same for all of them.
            sent = self._sent.setdefault(sender, {})
            sent.setdefault(request["instance"], time.monotonic())
            recent = [m for m, at in sent.items() if at > time.monotonic() - _WINDOW]
            if request["instance"] not in recent[:most]:
                del sent[request["instance"]]
                return refusal
        if recipient in self._refused:
            return self._refused[recipient]
        at_home = recipient.rpartition("@")[2] in {m.rpartition("@")[2] for m in self.mailboxes}
        if at_home and recipient not in self.mailboxes:
            return UNKNOWN
        if self._tried[sender, recipient] < self._grey.get(recipient, 0):
            self._tried[sender, recipient] += 1
            return GREYLISTED
        return "DUNNO"


class _Asked(socketserver.StreamRequestHandler):
    """Lines name=value, ended by an empty line, are answered with an action; many times."""

    def handle(self) -> None:
        request: dict[str, str] = {}
        server: Any = self.server
        for line in self.rfile:
            name, equals, value = line.decode().rstrip("\n").partition("=")
            if equals:
                request[name] = value
                continue
            self.wfile.write(f"action={server.rules.answer(request)}\n\n".encode())
            request = {}


class RulesServer(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def __init__(self, rules: Rules):
        super().__init__(("127.0.0.1", 0), _Asked)
        self.rules = rules
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]
