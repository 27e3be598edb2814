"""The command line: arguments in, one step, words or JSON out, and an exit code."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..errors import CchcError, WorkspaceError
from ..workspace.disk import cause

if TYPE_CHECKING:
    pass


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


# ------------------------------------------------------------------- commands

_HELP = click.help_option("-h", "--help", help="Hiện hướng dẫn này rồi thoát.")
WORKSPACE = click.argument(
    "workspace", metavar="THƯ_MỤC", type=click.Path(resolve_path=True, path_type=Path)
)
PERIOD = click.option(
    "--period", "period_id", metavar="KỲ", required=True, help="Kỳ báo cáo, ví dụ 2018-6T."
)
JSON = click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON cho máy đọc.")


@click.group(context_settings=_SETTINGS)
@click.version_option(
    __version__, "--version", message="cchc-xl %(version)s", help="In số phiên bản rồi thoát."
)
@_HELP
def cchc_xl() -> None:
    """Theo dõi kế hoạch cải cách hành chính: nạp quyết định, tạo phiếu báo cáo, tổng hợp
    phiếu các cơ quan gửi về và lập Phụ lục 2."""
    # Our own findings speak for a faulty file; libraries' notes would only confuse.
    logging.getLogger("openpyxl").setLevel(logging.ERROR)


def command(name: str, *parameters: Callable) -> Callable[[Callable], click.Command]:
    """A command whose --help is in Vietnamese, with its arguments and options in order."""

    def register(function: Callable) -> click.Command:
        for parameter in (*reversed(parameters), _HELP):
            function = parameter(function)
        return cchc_xl.command(name)(function)

    return register


def workspace_command(name: str, *parameters: Callable) -> Callable[[Callable], click.Command]:
    """A command on a workspace: the function gets it loaded, and then its parameters."""

    def register(function: Callable) -> click.Command:
        @wraps(function)
        def run(workspace: Path, **given: Any) -> int | None:
            from ..master.opening import load

            return function(load(workspace), **given)

        return command(name, WORKSPACE, *parameters)(run)

    return register
