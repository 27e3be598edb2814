"""Decisions -> a programme with their plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import WorkspaceError
from ..findings.finding import Finding
from ..plan.model import Plan, Programme
from ..plan.periods import periods_of
from .reader import read_decision


def with_decisions(
    programme: Programme, decision_files: Sequence[Path]
) -> tuple[Programme, tuple[Plan, ...], list[Finding]]:
    """A programme with the plans of more decisions, those plans, and what was found."""
    names = [path.name for path in decision_files]
    if len(set(names)) < len(names):
        raise WorkspaceError(
            "Có hai tệp quyết định trùng tên, hoặc một tệp được nạp hai lần. Bỏ bớt hoặc đổi tên "
            "tệp rồi chạy lại."
        )
    decisions = [read_decision(path, programme.registry) for path in decision_files]
    plans = tuple(decision.plan for decision in decisions)
    year = programme.year or max((plan.year for plan in plans), default=0)
    known = {plan.id for plan in programme.plans}
    for plan in plans:
        if plan.id in known:
            raise WorkspaceError(f"Quyết định {plan.id} được nạp hai lần. Bỏ bớt một tệp.")
        known.add(plan.id)
        if plan.year not in (0, year):  # their money would be added up
            raise WorkspaceError(
                f"Quyết định {plan.decision} là kế hoạch năm {plan.year}, sổ này theo dõi năm "
                f"{year}. Tạo sổ khác (thư mục khác) cho năm {plan.year}."
            )
    due = {kind: day for decision in decisions for kind, day in decision.due.items()}
    programme = replace(
        programme,
        year=year,
        province=programme.province or next((d.province for d in decisions if d.province), ""),
        plans=(*programme.plans, *plans),
        periods=programme.periods or (periods_of(year, due) if year else ()),
    )
    return programme, plans, [found for decision in decisions for found in decision.findings]
