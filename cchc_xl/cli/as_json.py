"""What the commands give other programs: plain lists and dictionaries, money in triệu
đồng as numbers, None where nothing is known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..findings.finding import Finding
from ..findings.rules import RULES
from ..plan.choices import Rules
from ..plan.explanations import Explanation
from ..plan.figures import told
from ..plan.mail_kinds import MailKind
from ..plan.model import Goal, Item, Programme
from ..text.dates import Month
from ..text.money import million_number
from ..text.targets import Target
from ..workspace.journal import Run

if TYPE_CHECKING:
    from ..audit.check import Audit
    from ..ledger.ledger import ItemResult, Ledger
    from ..mail.board import AgencyStatus, Board
    from ..mail.carriers import Delivered
    from ..mail.collecting import Fetched
    from ..mail.log import MailEvent
    from ..mail.outgoing import Outgoing
    from ..period.dispatch import Handouts
    from ..period.tracing import RowTrace, Trace


def programme_json(programme: Programme, findings: Iterable[Finding]) -> dict:
    """The plans: see the command `plan`."""
    return {
        "plans": [
            {"id": p.id, "decision": p.decision, "date": p.date, "title": p.title}
            for p in programme.plans
        ],
        "items": [_item(item, programme) for plan in programme.plans for item in plan.items],
        "allocations": [
            {"plan": a.plan, "agency": a.agency, "budget": million_number(a.budget)}
            for plan in programme.plans
            for a in plan.allocations
        ],
        "goals": [_goal(goal) for plan in programme.plans for goal in plan.goals],
        "findings": findings_json(findings),
    }


def _item(item: Item, programme: Programme) -> dict:
    return {
        "plan": item.plan,
        "code": item.code,
        "level": item.level,
        "parent": item.parent or None,
        "title": item.title,
        "indicator": item.indicator or None,
        "targets": _targets(item),
        "evidence": item.evidence or None,
        "start": _month(item.start),
        "end": _month(item.end),
        "deadline": item.deadline or None,
        "budget": million_number(item.budget),
        "leads": list(item.leads),
        "coordinating": list(item.coordinating),
        "budget_holder": item.budget_holder or None,
        "reporters": list(programme.reporters(item)),
        "frequency": item.frequency or None,
        "collector": item.collector or None,
    }


def _targets(item: Item) -> list[dict]:
    return [_target(target) for target in item.targets]


def _target(target: Target) -> dict:
    return {"relation": target.relation, "value": float(target.value), "unit": target.unit}


def _goal(goal: Goal) -> dict:
    return {
        "plan": goal.plan,
        "code": goal.code,
        "text": goal.text,
        "target": _target(goal.target) if goal.target else None,
        "achieved": None if goal.achieved is None else float(goal.achieved),
        "achieved_from": goal.achieved_from or None,
        "evidence": goal.evidence or None,
    }


def _month(month: Month | None) -> str | None:
    return str(month) if month else None


def forms_json(paths: dict[str, Path], findings: Iterable[Finding]) -> dict:
    """The forms written: see the command `forms`."""
    return {
        "forms": [{"agency": agency, "path": str(path)} for agency, path in paths.items()],
        "findings": findings_json(findings),
    }


def handouts_json(made: Handouts) -> dict:
    """The workbooks written to be mailed: see the command `handouts`."""
    return {
        "agencies": [{"agency": who, "path": str(path)} for who, path in made.agencies.items()],
        "collectors": [
            {"collector": who, "path": str(path)} for who, path in made.collectors.items()
        ],
        "findings": findings_json(made.stale),
    }


def ledger_json(ledger: Ledger, findings: Iterable[Finding], outputs: Sequence[Path]) -> dict:
    """A period's figures: see the command `consolidate`."""
    plans = ledger.programme.plans
    totals = {plan.id: ledger.totals(plan) for plan in plans}
    return {
        "period": ledger.period.id,
        "returns": [
            {"file": r.file, "agency": r.agency or None, "status": r.fate, "sha256": r.sha256}
            for r in ledger.returns
        ],
        "missing": list(ledger.missing),
        "totals": [
            {"plan": plan_id, "budget": million_number(budget), "spent": million_number(spent)}
            for plan_id, (budget, spent) in totals.items()
        ],
        "items": [_result(ledger.result(item)) for plan in plans for item in plan.items],
        "agencies": [
            {
                "plan": a.plan,
                "agency": a.agency,
                "budget": million_number(a.budget),
                "spent": million_number(a.spent),
            }
            for a in ledger.agencies
        ],
        "findings": findings_json(findings),
        "explanations": [_explanation(*one) for one in ledger.explanations],
        "outputs": [str(path) for path in outputs],
    }


def _explanation(one: Explanation, state: str) -> dict:
    return {
        "agency": one.agency,
        "plan": one.plan,
        "code": one.code,
        "rule": one.rule,
        "value": one.value,
        "text": one.text,
        "period": one.period,
        **one.place._asdict(),
        "source": one.source or None,
        "status": state,
    }


def _result(result: ItemResult) -> dict:
    return {
        "plan": result.item.plan,
        "code": result.item.code,
        "status": result.status,
        "percent": _number(result.percent),
        "budget": million_number(result.budget),
        "spent": million_number(result.spent),
        "targets": _targets(result.item),
        "sources": [{"agency": s.agency, **s.place._asdict()} for s in result.sources],
    }


def trace_json(run: Run, rows: Iterable[RowTrace]) -> dict:
    """Where figures come from: see the command `trace`. Money in triệu đồng."""
    return {
        "period": run.period,
        "run": run.number,
        "time": run.time.isoformat(),
        "rows": [
            {
                "plan": row.item.plan,
                "code": row.item.code,
                "title": row.item.title,
                "decision": str(row.decided_at),
                "figures": [_trace(one, run) for one in row.figures],
                "findings": findings_json(row.findings),
            }
            for row in rows
        ],
    }


def _trace(trace: Trace, run: Run) -> dict:
    kept = {one["file"]: one["kept"] for one in run.returns}
    return {
        "what": trace.figure.what,
        "told": told(trace.figure),
        "agency": trace.figure.agency or None,
        "period": trace.figure.period or run.period,
        "value": _number(trace.written[0].value),
        "written": [{"sheet": one.sheet, "cell": one.cell} for one in trace.written],
        "sources": [
            {
                "agency": one.agency,
                "file": one.file,
                "sheet": one.sheet,
                "cell": one.cell,
                "value": million_number(one.value)
                if isinstance(one.value, int)
                else _number(one.value),
                "arrived": one.arrived.isoformat(),
                "sha256": kept.get(one.file, ""),
            }
            for one in trace.origins
        ],
    }


def _number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def rules_json(rules: Rules) -> list[dict]:
    """The rules as set: see the command `rules`."""
    return [
        {
            "code": rule.code,
            "what": rule.what,
            "use": rules.setting(rule.code).use,
            "severity": rules.setting(rule.code).severity,
            "threshold": float(rules.threshold(rule.code)) if rule.unit else None,
            "unit": rule.unit or None,
        }
        for rule in RULES.values()
    ]


def audit_json(found: Audit) -> dict:
    """What an audit found: see the command `audit`."""
    return {
        "period": found.period,
        "workbook": found.workbook,
        "run": found.run,
        "passed": found.passed,
        "checked": found.checked,
        "differences": [
            {**one._asdict(), "sources": list(one.sources)} for one in found.differences
        ],
        "notes": list(found.notes),
        "understood": [one._asdict() for one in found.understood],
    }


def journal_json(runs: Sequence[Run]) -> dict:
    """A period's consolidations and every file that ever came: see the command `journal`."""
    files: dict[tuple[str, str], dict] = {}
    for run in runs:
        for one in run.returns:
            known = files.setdefault((one["file"], one["sha256"]), {"first_run": run.number})
            known |= {**one, "last_run": run.number}
    return {
        "runs": [
            {
                "number": run.number,
                "time": run.time.isoformat(),
                "software": run.software,
                "files": len(run.files[run.period]),
                "outputs": run.outputs,
            }
            for run in runs
        ],
        "files": list(files.values()),
    }


def board_json(board: Board) -> dict:
    """How a period stands: see the command `status`."""
    return {
        "period": board.period.id,
        "due_before": board.period.due_before.isoformat(),
        "day": _day(board.day),
        "agencies": [_agency_status(one) for one in board.agencies],
        "collectors": [
            {
                "name": one.name,
                "duty": one.duty or None,
                "frequency": one.frequency or None,
                "rows": one.rows,
                "complete": one.complete,
                "collections_done": one.done,
                "collections_due": one.due,
                "owed": one.owed,
                "rows_missing": list(one.missing),
                "agencies_missing": list(one.agencies),
            }
            for one in board.collectors
        ],
    }


def _agency_status(one: AgencyStatus) -> dict:
    return {
        "agency": one.agency,
        "state": one.state,
        "next_step": one.next_step or None,
        "form_made": _day(one.form_made),
        "forms_sent": _mails(one.mails[MailKind.FORM]),
        "reminders": _mails(one.mails[MailKind.REMINDER]),
        "feedback_sent": _mails(one.mails[MailKind.FEEDBACK]),
        "returned": _day(one.returned),
        "days_late": one.late or 0,
        "file": one.file or None,
        "rows_due": one.rows_due,
        "rows_reported": one.rows_reported,
        "errors": one.errors,
        "warnings": one.warnings,
        "periods_in_time": one.in_time,
        "periods_asked": one.asked,
        "contact": one.contact or None,
        "phone": one.phone or None,
        "email": one.email or None,
        "mail_trouble": one.trouble or None,
    }


def _mails(events: Sequence[MailEvent]) -> list[dict]:
    return [
        {"time": e.time.isoformat(), "how": e.event, "to": list(e.to), "message_id": e.message_id}
        for e in events
    ]


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def outgoing_json(outgoing: Outgoing, delivered: Delivered | None) -> dict:
    """Letters ready to go, or those that went: see the command `send`."""
    letters = outgoing.letters if delivered is None else delivered.letters
    found = [*outgoing.held, *(delivered.findings if delivered else ())]
    return {
        "period": outgoing.period.id,
        "what": outgoing.kind,
        "way": outgoing.settings.way,
        "dry_run": delivered is None,
        "letters": [
            {
                "agency": one.agency,
                "to": list(one.to),
                "cc": list(one.copy_to),
                "subject": one.words.subject,
                "attachments": [file.name for file in one.attachments],
            }
            for one in letters
        ],
        "findings": findings_json(found),
    }


def fetched_json(fetched: Fetched) -> dict:
    """What the mailbox brought: see the command `fetch`."""
    return {
        "mails": fetched.mails,
        "saved": fetched.saved,
        "findings": findings_json(fetched.findings),
    }


def findings_json(findings: Iterable[Finding]) -> list[dict]:
    return [
        {
            "code": f.code,
            "severity": f.severity,
            "agency": f.agency or None,
            "file": f.place.file,
            "sheet": f.place.sheet,
            "cell": f.place.cell,
            "value": f.value,
            "message": f.message,
            "action": f.action,
        }
        for f in findings
    ]
