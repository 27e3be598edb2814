"""One function for each button around the table: the board, mail out, mailbox in.

A button that sends first says who gets what, and sends when the officer agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ..cli.steps import Progress
from ..errors import MailError, WrongPasswordError
from ..findings.finding import Finding
from ..ledger.result_rows import result_rows
from ..mail.board import read_so_far, standing_of, today
from ..mail.carriers import Carrier, Delivered
from ..mail.outgoing import Outgoing, deliver, mail_settings, open_carrier, prepare
from ..mail.passwords import keep_password, password_of
from ..master.layout import RESULT_SUBMISSIONS
from ..master.mail_settings import DRAFTS, OUTLOOK, SMTP, Server
from ..master.opening import Loaded
from ..master.result_tables import RESULTS
from ..plan.mail_kinds import MailKind
from ..text.spelling import few
from .ask_password import ask_password
from .button import TITLE, command, open_with_system, recalculate
from .open_master import OpenMaster

_MOST_NAMES = 8
_MOST_SIGNS = 2_500
# Letters that an officer may want to go out once more.
_ONCE_MORE = {
    "form-not-needed",
    "mail-sent-before",
    "mail-changed-since",
    "mail-unsure",
    "mail-bounced",
}
_WHY = {
    "mail-address-missing": "chưa có địa chỉ",
    "mail-address-wrong": "địa chỉ sai",
    "mail-sent-before": "đã gửi trước",
    "mail-changed-since": "đã gửi trước, tệp nay đã khác",
    "mail-unsure": "lần gửi trước bị ngắt, không rõ đã đi hay chưa",
    "mail-bounced": "thư trước bị trả lại",
    "reminder-too-soon": "vừa nhắc gần đây",
    "reminder-last": "đã nhắc đủ số lần, nên gọi điện",
}


def _sending(kind: MailKind) -> Callable[[], None]:
    """The button that mails the letters of a kind."""

    @command
    def send(master: OpenMaster, progress: Progress) -> str:
        return _send(master, progress, kind)

    return send


send_forms = _sending(MailKind.FORM)
send_reminders = _sending(MailKind.REMINDER)
send_feedback = _sending(MailKind.FEEDBACK)
send_results = _sending(MailKind.RESULT)


@command
def fetch_mail(master: OpenMaster, progress: Progress) -> str:
    """Lấy từ hộp thư: save what agencies returned by mail into nhan-ve."""
    from ..mail.collecting import fetch
    from ..mail.mailbox import open_mailbox
    from ..mail.seen_mails import note_told

    master.check_tables(RESULTS)
    loaded = master.load()
    settings = mail_settings(loaded)
    password = _password(settings.imap)
    try:
        fetched = _with_password(
            settings.imap,
            lambda: fetch(
                loaded,
                master.chosen_period,
                settings,
                lambda: open_mailbox(settings, password),
                progress,
            ),
        )
    finally:  # what came before something went wrong is to be seen too
        _show_board(master, loaded, progress)
    count = sum(map(len, fetched.saved.values()))
    told = [
        f"Đã xem {fetched.mails} thư mới, lấy {count} phiếu vào nhan-ve.",
        *_as_much_as_fits(fetched.to_tell, loaded.workspace.mailbox_note),
    ]
    note_told(loaded.workspace, fetched.lines)
    return "\n".join(told)


@command
def show_board(master: OpenMaster, progress: Progress) -> str:
    """Bảng theo dõi: how the chosen period stands today."""
    master.check_tables(RESULTS)
    _show_board(master, master.load(), progress)
    master.activate(RESULT_SUBMISSIONS)
    return ""


# ---------------------------------------------------------------------- sending


def _send(master: OpenMaster, progress: Progress, kind: MailKind) -> str:
    master.check_tables(RESULTS)
    loaded = master.load()
    outgoing = prepare(loaded, master.chosen_period, kind, progress=progress)
    again = _to_go_again(master, outgoing)
    if again:
        outgoing = prepare(loaded, outgoing.period.id, kind, again, progress=progress)
    if not outgoing.letters:
        return "\n".join(["Không có thư nào cần gửi.", *_held(outgoing.held)])
    if not _agreed(master, _summary(outgoing)):
        return "Chưa gửi thư nào."
    carrier_of = _way(loaded, outgoing)
    try:
        delivered = _with_password(
            outgoing.settings.smtp, lambda: deliver(loaded, outgoing, carrier_of, progress)
        )
    finally:  # what went out before something went wrong is to be seen too
        _show_board(master, loaded, progress)
    if outgoing.settings.way == DRAFTS and delivered.letters:
        open_with_system(loaded.workspace.drafts(outgoing.period.id))
    return _done(outgoing, delivered)


def _to_go_again(master: OpenMaster, outgoing: Outgoing) -> list[str]:
    """Agencies selected on the board whose letter went out before, if the officer wants them to
    get it once more."""
    selected = set(master.selected_agencies())
    held = [one for one in outgoing.held if one.code in _ONCE_MORE and one.agency in selected]
    names = [one.agency for one in held]
    asked = "\n".join(
        [
            f"Đang chọn {len(names)} cơ quan mà thư này đã gửi trước:",
            *_lines(held),
            "",
            "Gửi lại cho các cơ quan này?",
        ]
    )
    return names if names and _agreed(master, asked) else []


def _agreed(master: OpenMaster, question: str) -> bool:
    return master.book.app.alert(question, title=TITLE, buttons="yes_no", mode="info") == "yes"


def _summary(outgoing: Outgoing) -> str:
    letters = outgoing.letters
    names = [one.agency if one.kind != MailKind.RESULT else ", ".join(one.to) for one in letters]
    files = sorted({file.name for one in letters for file in one.attachments})
    attached = f"\nKèm theo: {', '.join(files)}" if len(files) <= 3 else ""
    return "\n".join(
        [
            f"Kỳ {outgoing.period.name}: {letters[0].what}, {len(letters)} thư. Cách gửi: "
            f"{outgoing.settings.way}.",
            f"Nơi nhận: {few(names, _MOST_NAMES)}.{attached}",
            *_held(outgoing.held),
            "",
            "Làm tiếp?",
        ]
    )


def _held(held: Sequence[Finding]) -> list[str]:
    """Who gets nothing and why, a line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for one in held:
        by_reason.setdefault(one.code, []).append(one.agency)
    lines = [
        f"Không gửi, {_WHY[code]} ({len(names)}): {few(names, _MOST_NAMES)}."
        for code, names in by_reason.items()
        if code in _WHY
    ]
    return [*lines, *(f"{one.message} {one.action}" for one in held if one.code not in _WHY)]


def _lines(found: Sequence[Finding]) -> Iterable[str]:
    yield from (f"• {one.message} {one.action}" for one in found[:_MOST_NAMES])
    if len(found) > _MOST_NAMES:
        yield f"… và {len(found) - _MOST_NAMES} điều khác."


def _as_much_as_fits(found: Sequence[Finding], note: Path) -> Iterator[str]:
    """What a message has room for on a small screen, and where all of it stands."""
    room = _MOST_SIGNS
    for number, one in enumerate(found):
        line = f"• {one.message} {one.action}"
        room -= len(line)
        if room < 0:
            yield f"… và {len(found) - number} điều khác, ghi trong tệp {note}."
            return
        yield line


def _way(loaded: Loaded, outgoing: Outgoing) -> Callable[[], Carrier]:
    if outgoing.settings.way == OUTLOOK:
        from .outlook import OutlookDrafts

        return OutlookDrafts
    if outgoing.settings.way == SMTP:
        _password(outgoing.settings.smtp)
    return lambda: open_carrier(loaded, outgoing)


def _done(outgoing: Outgoing, delivered: Delivered) -> str:
    count = len(delivered.letters)
    if outgoing.settings.way == SMTP:
        first = f"Đã gửi {count} thư."
    elif outgoing.settings.way == OUTLOOK:
        first = f"Đã lập {count} bản nháp trong Outlook. Mở thư mục Drafts, xem lại rồi gửi."
    else:
        first = f"Đã lập {count} thư nháp. Mở từng tệp, xem lại rồi bấm gửi."
    return "\n".join([first, *_lines(delivered.findings)])


# --------------------------------------------------------------------- passwords


def _password(server: Server) -> str:
    """The password that is kept, else the one the officer types now. Raises MailError."""
    from ..mail.servers import check_server

    check_server(server)
    password = password_of(server)
    if password is None:
        password = ask_password(server)
        if not password:
            raise MailError("Chưa nhập mật khẩu, nên chưa gửi hay lấy thư nào.")
        keep_password(server, password)
    return password


def _with_password(server: Server, work: Callable):
    """Do some work; a password that was wrong is forgotten, so that the next click asks."""
    try:
        return work()
    except WrongPasswordError:
        keep_password(server, "")
        raise


def _show_board(master: OpenMaster, loaded: Loaded, progress: Progress) -> None:
    """Show how the chosen period stands; the other sheets of results are of that period too."""
    reading = read_so_far(loaded, master.chosen_period, progress)
    ledger = reading.ledger
    rows = standing_of(loaded, [*reading.earlier, ledger], today()).tables
    if master.shown_period == ledger.period.id:
        master.show_rows(rows)
    else:
        master.show_results(result_rows(ledger, reading.findings) | rows, ledger.period.id, False)
    recalculate(master.book.app)
