"""What the commands say: words for people, JSON for other programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..findings.finding import Finding
from ..findings.severity import Severity
from ..plan.mail_kinds import Stage
from ..plan.model import Programme
from ..plan.statuses import Status
from ..text.dates import format_date
from ..text.numbers import format_million

if TYPE_CHECKING:
    from ..audit.check import Audit
    from ..ledger.ledger import Ledger
    from ..mail.board import Board
    from ..mail.outgoing import Outgoing

_MOST_SOURCES = 6  # of a difference
_MANY = 4  # agencies told the same


def print_json(content: dict[str, Any]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))


def say_findings(findings: Iterable[Finding], sheet: str = "Phát hiện", most: int = 12) -> None:
    """The findings that somebody must look at, errors first, and how many there are."""
    ordered = sorted(findings, key=lambda found: found.sort_key)
    counts = Counter(found.severity for found in ordered)
    if not ordered:
        click.echo("Không có phát hiện nào.")
        return
    parts = [f"{counts[s]} {s.words.lower()}" for s in Severity if counts[s]]
    click.echo(f"Phát hiện: {', '.join(parts)}.")
    shown = [found for found in ordered if found.severity != Severity.INFO][:most]
    for found in shown:
        name = found.severity.words
        click.echo(f"  [{name}] {found.place}: {found.message} {found.action}")
    rest = len(ordered) - len(shown)
    if rest > 0:
        click.echo(f"  … và {rest} phát hiện khác, xem trang {sheet} hoặc dùng --json.")


def say_ledger(ledger: Ledger, outputs: Iterable[Path]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Kỳ báo cáo {ledger.period.name} (kinh phí: triệu đồng)")
    for heading in ("Kế hoạch", "Mục", "Hoàn thành", "Quá hạn", "Chưa báo cáo"):
        table.add_column(heading, justify="left" if heading == "Kế hoạch" else "right")
    for heading in ("Dự toán", "Đã chi", "Tỷ lệ"):
        table.add_column(heading, justify="right")
    for plan in ledger.programme.plans:
        statuses = Counter(ledger.result(leaf).status for leaf in plan.leaves)
        budget, spent = ledger.totals(plan)
        table.add_row(
            plan.short_name,
            str(len(plan.leaves)),
            str(statuses[Status.DONE]),
            str(statuses[Status.OVERDUE]),
            str(statuses[Status.NOT_REPORTED]),
            "" if budget is None else format_million(budget),
            "" if spent is None else format_million(spent),
            f"{spent / budget:.1%}".replace(".", ",") if budget and spent is not None else "",
        )
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    due = len(ledger.programme.rows_by_agency(ledger.period))
    fates = Counter(one.fate for one in ledger.returns)
    click.echo(
        f"Đã nhận {len(ledger.accepted)}/{due} cơ quan; {fates['superseded']} tệp có bản mới "
        f"hơn, {fates['rejected']} tệp không dùng được."
    )
    if ledger.missing:
        click.echo(f"Chưa có phiếu dùng được: {'; '.join(ledger.missing)}.")
    for path in outputs:
        click.echo(f"Kết quả: {path}")


def say_audit(found: Audit) -> None:
    """What an audit found: every difference with its cell, and the returned cells behind it; and
    what rests on how a text or a format was read, for a person to look at."""
    for note in found.notes:
        click.echo(f"Ghi chú: {note}")
    for one in found.differences:
        place = ", ".join(filter(None, (one.sheet, one.cell)))
        click.echo(f"{place}: {one.what}: đang ghi “{one.stands}”, phải là “{one.expected}”.")
        for source in one.sources[:_MOST_SOURCES]:
            click.echo(f"    từ {source}")
        if len(one.sources) > _MOST_SOURCES:
            click.echo(f"    … và {len(one.sources) - _MOST_SOURCES} ô khác, xem --json")
    if found.understood:
        click.echo(f"Nên xem lại {len(found.understood)} ô đọc theo chữ hoặc định dạng:")
    for one in found.understood:
        click.echo(f"    {one}")
    if found.passed:
        click.echo(f"Đạt: đã tính lại {found.checked} ô của {found.workbook}, không khác chỗ nào.")
    else:
        click.echo(
            f"KHÔNG ĐẠT: {len(found.differences)} chỗ khác trong {found.workbook} "
            f"(đã tính lại {found.checked} ô)."
        )


def say_plans(programme: Programme) -> None:
    for plan in programme.plans:
        money = f", {format_million(plan.total)} triệu đồng" if plan.total else ""
        click.echo(
            f"Quyết định {plan.decision}: {len(plan.items)} dòng, {len(plan.leaves)} việc phải "
            f"báo cáo{money}."
        )


def say_board(board: Board) -> None:
    counts = Counter(one.state for one in board.agencies)
    told = ", ".join(f"{counts[one]} {one.words.lower()}" for one in Stage if counts[one])
    click.echo(
        f"Kỳ {board.period.name}, nộp trước ngày {format_date(board.period.due_before)}: {told}."
    )
    to_do = [one for one in board.agencies if one.next_step]
    for one in to_do:
        parts = [
            one.state.words,
            f"nhận {format_date(one.returned)}"
            if one.returned and one.state != Stage.MISSING
            else "",
            f"trễ {one.late} ngày" if one.late else "",
            f"{one.errors} lỗi" if one.errors else "",
            f"{one.warnings} cảnh báo" if one.warnings else "",
        ]
        click.echo(f"  {one.agency}: {', '.join(filter(None, parts))} → {one.next_step}")
    if rest := len(board.agencies) - len(to_do):
        click.echo(f"  {rest} cơ quan không còn gì phải làm.")
    owing = [one for one in board.collectors if one.owed]
    if owing:
        click.echo("Người thu thập số liệu còn thiếu:")
    for one in owing:
        done = "" if one.due is None else f", đã thu thập {one.done}/{one.due} lần"
        click.echo(f"  {one.name} ({one.frequency}): đủ {one.complete}/{one.rows} việc{done}")


def say_each(found: Sequence[Finding]) -> None:
    """All that is told, also why there is nothing to do; what is said of many agencies in the same
    words, in one line."""
    by_words: dict[tuple[str, str], list[Finding]] = {}
    for one in found:
        words = one.message.replace(one.agency, "các cơ quan sau", 1) if one.agency else ""
        by_words.setdefault((one.code, words or one.message), []).append(one)
    for (_, words), same in by_words.items():
        level, first = same[0].severity.words, same[0]
        agencies = list(dict.fromkeys(one.agency for one in same))
        if len(agencies) > _MANY:
            told = f"{words[0].upper()}{words[1:].rstrip('.')} ({len(agencies)})"
            click.echo(f"  [{level}] {told}: {', '.join(agencies)}. {first.action}")
            continue
        for one in same:
            click.echo(f"  [{level}] {one.message} {one.action}")


def say_dry_run(outgoing: Outgoing) -> None:
    click.echo(f"{outgoing.settings.way}: sẽ có {len(outgoing.letters)} thư (chưa gửi gì).")
    for one in outgoing.letters:
        names = ", ".join(file.name for file in one.attachments)
        copies = f", đồng gửi {', '.join(one.copy_to)}" if one.copy_to else ""
        click.echo(f"  {one.agency} <{', '.join(one.to)}>{copies}: {one.words.subject} [{names}]")
