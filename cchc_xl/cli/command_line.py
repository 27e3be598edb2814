"""The command line: arguments in, one step, words or JSON out, and an exit code."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..errors import CchcError, WorkspaceError
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..plan.statuses import Status
from ..text.numbers import format_million
from ..workspace.disk import cause

if TYPE_CHECKING:
    from ..audit.check import Audit
    from ..ledger.ledger import Ledger


# --------------------------------------------------------- click in Vietnamese


_HELP_SECTIONS = {"Options": "Tùy chọn", "Commands": "Lệnh"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[TÙY CHỌN]").replace("COMMAND [ARGS]...", "LỆNH …")
        super().write_usage(prog, args, prefix or "Cách dùng: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HELP_SECTIONS.get(heading, heading))

    def write_dl(self, rows, *args, **kwargs) -> None:
        rows = [(term, text.replace("[required]", "[bắt buộc]")) for term, text in rows]
        super().write_dl(rows, *args, **kwargs)


click.Context.formatter_class = _Formatter
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _usage_line(error: click.UsageError) -> str:
    """One Vietnamese line for a command that was typed wrongly."""
    hint = "Gõ thêm --help để xem cách dùng."
    param = getattr(error, "param", None)
    name = param.opts[-1] if isinstance(param, click.Option) else getattr(param, "metavar", "")
    if isinstance(error, click.MissingParameter):
        return f"Thiếu {name}. {hint}"
    if isinstance(error, click.NoSuchOption):
        return f"Không có tùy chọn {error.option_name}. {hint}"
    if isinstance(error, click.BadOptionUsage):
        return f"Thiếu giá trị của {error.option_name}. {hint}"
    if isinstance(error, click.BadParameter):
        return f"Giá trị của {name} không hợp lệ. {hint}"
    return f"Lệnh gõ chưa đúng. {hint}"


def main() -> None:
    """Entry point of `cchc-xl`. Exit codes: 0 done, 1 a fault of ours, 2 typed wrongly,
    3 a file, 4 the workspace, 5 the period, 6 nothing to consolidate, 7 cannot write,
    9 an audit found differences."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        sys.exit(cchc_xl.main(prog_name="cchc-xl", standalone_mode=False) or 0)
    except click.UsageError as error:
        click.echo(_usage_line(error), err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("Đã dừng theo yêu cầu.", err=True)
        sys.exit(130)
    except CchcError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        click.echo(f"Không dùng được đường dẫn {error.filename} ({cause(error)}).", err=True)
        sys.exit(WorkspaceError.exit_code)


# ---------------------------------------------------------------- what is said


@contextmanager
def progress(what: str, wanted: bool) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on the terminal's error stream; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = wanted and console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, _: bar.update(task, completed=done, total=total)


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


_MOST_SOURCES = 6

# ------------------------------------------------------------------- commands

workspace_argument = click.argument(
    "workspace", metavar="THƯ_MỤC", type=click.Path(resolve_path=True, path_type=Path)
)
period_option = click.option(
    "--period", "period_id", metavar="KỲ", required=True, help="Kỳ báo cáo, ví dụ 2018-6T."
)
as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="In kết quả dạng JSON cho máy đọc."
)


@click.group(context_settings=_SETTINGS)
@click.version_option(
    __version__, "--version", message="cchc-xl %(version)s", help="In số phiên bản rồi thoát."
)
@click.help_option("-h", "--help", help="Hiện hướng dẫn này rồi thoát.")
def cchc_xl() -> None:
    """Theo dõi kế hoạch cải cách hành chính: nạp quyết định, tạo phiếu báo cáo, tổng hợp
    phiếu các cơ quan gửi về và lập Phụ lục 2."""
    # Our own findings speak for a faulty file; libraries' notes would only confuse.
    logging.getLogger("openpyxl").setLevel(logging.ERROR)


def command(name: str):
    """A command whose --help is in Vietnamese."""

    def register(function: Callable) -> click.Command:
        described = click.help_option("-h", "--help", help="Hiện hướng dẫn này rồi thoát.")
        return cchc_xl.command(name)(described(function))

    return register
