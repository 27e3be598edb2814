"""The commands of `cchc-xl` around the table: how a period stands, mail out, mailbox in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..findings.finding import Finding
from ..plan.mail_kinds import MailKind, Stage
from ..text.dates import format_date
from .command_line import (
    as_json_option,
    command,
    period_option,
    print_json,
    progress,
    workspace_argument,
)

if TYPE_CHECKING:
    from ..mail.board import Board
    from ..mail.correspondence import Outgoing

_KINDS = {kind.command: kind for kind in MailKind}


@command("status")
@workspace_argument
@period_option
@as_json_option
def status_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Xem tiến độ của một kỳ.

    Từng cơ quan: đã gửi phiếu, đã nhắc, đã nộp, còn gì phải làm; từng người thu thập còn thiếu
    gì."""
    from ..mail.period_status import status_of
    from ..master.opening import load
    from .as_json import board_json

    with progress("Đọc phiếu", not as_json) as shown:
        board = status_of(load(workspace), period_id, shown)
    if as_json:
        print_json(board_json(board))
        return
    _say_board(board)


def _say_board(board: Board) -> None:
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


@command("send")
@workspace_argument
@click.argument("what", metavar="LOẠI", type=click.Choice(list(_KINDS)))
@period_option
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết ai sẽ nhận gì; không gửi, không ghi.")
@click.option("--drafts", is_flag=True, help="Lập tệp thư nháp (.eml), dù sổ chọn cách gửi khác.")
@click.option(
    "--again",
    metavar="CƠ_QUAN",
    multiple=True,
    help="Chỉ gửi cho cơ quan này, dù đã gửi (kết quả: “Lãnh đạo”); ghi được nhiều lần.",
)
@as_json_option
def send_command(
    workspace: Path,
    what: str,
    period_id: str,
    dry_run: bool,
    drafts: bool,
    again: tuple[str, ...],
    as_json: bool,
) -> None:
    """Gửi phiếu, nhắc nộp, phản hồi, kết quả.

    LOẠI: forms (phiếu), reminders (nhắc nộp), feedback (phản hồi), results (kết quả cho lãnh
    đạo). Cách gửi đặt ở trang Thư điện tử của sổ. Thư đã gửi không gửi lần nữa; lần gửi bị ngắt
    thì chạy lại để gửi tiếp."""
    from ..mail.correspondence import deliver, open_carrier, prepare
    from ..master.mail_settings import DRAFTS
    from ..master.opening import load
    from .as_json import outgoing_json

    loaded = load(workspace)
    with progress("Soạn thư", not as_json) as shown:
        outgoing = prepare(loaded, period_id, _KINDS[what], again, DRAFTS if drafts else "", shown)
    delivered = None
    if not dry_run:
        with progress("Gửi thư", not as_json) as shown:
            delivered = deliver(loaded, outgoing, lambda: open_carrier(loaded, outgoing), shown)
    if as_json:
        print_json(outgoing_json(outgoing, delivered))
        return
    if delivered is None:
        _say_dry_run(outgoing)
    else:
        click.echo(f"{outgoing.settings.way}: {len(delivered.letters)} thư.")
        if outgoing.settings.way == DRAFTS and delivered.letters:
            click.echo(f"Thư nháp: {loaded.workspace.drafts(outgoing.period.id)}")
            click.echo("Mở từng tệp, xem lại rồi bấm gửi; phần mềm coi các thư này như đã gửi.")
    _say([*outgoing.held, *(delivered.findings if delivered else ())])


def _say(found: Sequence[Finding]) -> None:
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


_MANY = 4


def _say_dry_run(outgoing: Outgoing) -> None:
    click.echo(f"{outgoing.settings.way}: sẽ có {len(outgoing.letters)} thư (chưa gửi gì).")
    for one in outgoing.letters:
        names = ", ".join(file.name for file in one.attachments)
        copies = f", đồng gửi {', '.join(one.copy_to)}" if one.copy_to else ""
        click.echo(f"  {one.agency} <{', '.join(one.to)}>{copies}: {one.words.subject} [{names}]")


@command("fetch")
@workspace_argument
@period_option
@as_json_option
def fetch_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Lấy phiếu từ hộp thư.

    Chỉ đọc hộp thư (IMAP); phiếu của cơ quan nào, kỳ nào nhận theo nội dung, chép vào thư mục
    nhan-ve với ngày của thư. Thư nháp nằm trong thư mục thư đã gửi được ghi là đã gửi."""
    from ..mail.collecting import fetch
    from ..mail.correspondence import mail_settings
    from ..mail.mailbox import open_mailbox
    from ..mail.passwords import needed_password
    from ..mail.seen_mails import note_told
    from ..master.opening import load
    from .as_json import fetched_json

    loaded = load(workspace)
    settings = mail_settings(loaded)
    with progress("Lấy thư", not as_json) as shown:
        fetched = fetch(
            loaded,
            period_id,
            settings,
            lambda: open_mailbox(settings, needed_password(settings.imap)),
            shown,
        )
    if as_json:
        print_json(fetched_json(fetched))
    else:
        count = sum(map(len, fetched.saved.values()))
        click.echo(f"Đã xem {fetched.mails} thư mới, lấy {count} phiếu.")
        _say(fetched.to_tell)
        if fetched.findings:
            click.echo(f"Từng thư: {loaded.workspace.mailbox_note}")
    note_told(loaded.workspace, fetched.lines)


@command("password")
@workspace_argument
@click.option("--forget", is_flag=True, help="Xóa mật khẩu đã cất.")
def password_command(workspace: Path, forget: bool) -> None:
    """Cất mật khẩu hộp thư vào kho mật khẩu của máy.

    Hỏi mật khẩu (không hiện trên màn hình) cho máy chủ gửi và nhận ghi ở trang Thư điện tử."""
    from ..mail.correspondence import mail_settings
    from ..mail.passwords import keep_password
    from ..mail.servers import check_server
    from ..master.opening import load

    settings = mail_settings(load(workspace))
    servers = {(s.host, s.user): s for s in (settings.smtp, settings.imap) if s.host}
    if not servers:
        check_server(settings.smtp)
    for (host, user), server in servers.items():
        check_server(server)
        password = "" if forget else click.prompt(f"Mật khẩu của {user} ({host})", hide_input=True)
        keep_password(server, password)
        click.echo(f"Đã {'xóa' if forget else 'cất'} mật khẩu của {user} ({host}).")
