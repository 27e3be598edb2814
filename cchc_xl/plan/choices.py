"""What officers choose: what each rule does, and what becomes of a returned file (the master's
sheets Quy tắc and Xử lý phiếu)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..findings.finding import NOWHERE, Place
from ..findings.rules import RULES
from ..findings.severity import Severity

ON, OFF, TRIAL = "Có", "Không", "Thử"
USES = (ON, OFF, TRIAL)
# The severities that a rule may be given.
SETTABLE = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class Setting(NamedTuple):
    """What an officer made of a rule: `use` is one of `USES`."""

    severity: Severity
    use: str = ON
    threshold: Decimal | None = None


@dataclass(frozen=True)
class Rules:
    """The rules as set; those not set are as declared."""

    settings: Mapping[str, Setting] = field(default_factory=dict)

    def setting(self, code: str) -> Setting:
        rule = RULES[code]
        return self.settings.get(code) or Setting(rule.severity, ON, rule.threshold)

    def severity(self, code: str) -> Severity | None:
        """What a breach is; trial where it is only to be shown, None where the rule is off."""
        own = self.setting(code)
        return {OFF: None, TRIAL: Severity.TRIAL}.get(own.use, own.severity)

    def threshold(self, code: str) -> Decimal:
        own = self.setting(code)
        return own.threshold if own.threshold is not None else RULES[code].threshold or Decimal(0)

    def trying(self, code: str, threshold: Decimal | None = None) -> Rules:
        """The same rules with one on trial."""
        own = self.setting(code)
        tried = Setting(own.severity, TRIAL, own.threshold if threshold is None else threshold)
        return Rules({**self.settings, code: tried})


AS_DECLARED = Rules()

# -------------------------------------------------------- what officers decide of files

USE_THIS, LEAVE_OUT = "Dùng bản này", "Loại khỏi tổng hợp"


class Choice(NamedTuple):
    """An officer's decision on one returned file of a period; `agency` says whose it is where
    the file does not, `place` where the decision stands in the master."""

    period: str
    file: str
    what: str
    reason: str
    agency: str = ""
    place: Place = NOWHERE
