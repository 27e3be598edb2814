"""The commands of `cchc-xl`: arguments in, one step, words or JSON out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import AuditError, WorkspaceError
from ..files.spreadsheets import printed
from ..plan.fates import Fate
from ..plan.mail_kinds import MailKind
from ..text.dates import format_moment
from ..text.numbers import parse_amount
from .command_line import (
    JSON,
    PERIOD,
    WORKSPACE,
    cchc_xl,
    command,
    main,
    progress,
    workspace_command,
)
from .output import (
    print_json,
    say_audit,
    say_board,
    say_dry_run,
    say_each,
    say_findings,
    say_ledger,
    say_plans,
)

if TYPE_CHECKING:
    from ..master.opening import Loaded

__all__ = ["cchc_xl", "main"]

_KINDS = {kind.command: kind for kind in MailKind}


@command(
    "init",
    WORKSPACE,
    click.option(
        "--decision",
        "decisions",
        metavar="TỆP",
        type=click.Path(path_type=Path),
        multiple=True,
        help="Quyết định ban hành kế hoạch (.txt, .md, .docx, .xlsx); ghi được nhiều lần. Không "
        "ghi thì sổ còn trống, nạp quyết định sau trong Excel.",
    ),
    click.option(
        "--agencies",
        metavar="TỆP",
        type=click.Path(path_type=Path),
        help="Danh sách cơ quan (.csv hoặc bảng tính có trang Cơ quan). Không ghi thì dùng danh "
        "sách của Đắk Lắk năm 2018.",
    ),
    JSON,
)
def init_command(
    workspace: Path, decisions: tuple[Path, ...], agencies: Path | None, as_json: bool
) -> None:
    """Tạo sổ tổng hợp từ quyết định.

    THƯ_MỤC phải là thư mục chưa có gì."""
    from .as_json import programme_json
    from .steps import init

    master, programme, findings = init(workspace, decisions, agencies)
    if as_json:
        print_json({"master": str(master), **programme_json(programme, findings)})
        return
    click.echo(f"Đã tạo sổ tổng hợp: {master}")
    say_plans(programme)
    say_findings(findings, "Phát hiện khi nạp")


@workspace_command("plan", JSON)
def plan_command(loaded: Loaded, as_json: bool) -> None:
    """Kiểm tra kế hoạch trong sổ tổng hợp."""
    from .as_json import programme_json

    if as_json:
        print_json(programme_json(loaded.programme, loaded.findings))
        return
    say_plans(loaded.programme)
    say_findings(loaded.findings, "Phát hiện khi nạp")


@workspace_command("forms", PERIOD, JSON)
def forms_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Tạo phiếu cho từng cơ quan.

    Phiếu nằm trong thư mục gui-di của kỳ báo cáo."""
    from ..period.dispatch import make_forms
    from .as_json import forms_json

    with progress("Tạo phiếu", not as_json) as shown:
        paths, findings = make_forms(loaded, period_id, shown)
    if as_json:
        print_json(forms_json(paths, findings))
        return
    folder = next(iter(paths.values())).parent if paths else loaded.workspace.root
    click.echo(f"Đã tạo {len(paths)} phiếu trong {folder}")
    if findings:
        say_findings(findings)


@workspace_command("consolidate", PERIOD, JSON)
def consolidate_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Tổng hợp phiếu, lập Phụ lục 2.

    Đọc các phiếu trong thư mục nhan-ve của kỳ, ghi kết quả vào thư mục tong-hop."""
    _consolidate(loaded, period_id, as_json, "Đọc phiếu")


@workspace_command("report", PERIOD, JSON)
def report_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Lập báo cáo Word của kỳ.

    Tổng hợp lại rồi ghi báo cáo vào thư mục tong-hop, mọi số trong báo cáo có dẫn chiếu đến ô của
    sổ tổng hợp. Bản đã sửa tay không bị mất."""
    _consolidate(loaded, period_id, as_json, "Lập báo cáo", with_report=True)


def _consolidate(
    loaded: Loaded, period_id: str, as_json: bool, what: str, with_report: bool = False
) -> None:
    from .as_json import ledger_json
    from .steps import consolidate_period

    with progress(what, not as_json) as shown:
        done = consolidate_period(loaded, period_id, shown, with_report)
    if as_json:
        print_json(ledger_json(done.ledger, done.findings, done.outputs))
        return
    say_ledger(done.ledger, done.outputs)
    say_findings(done.findings)


@workspace_command(
    "trace",
    PERIOD,
    click.option("--code", metavar="MÃ", required=True, help="Mã của mục, ví dụ 6.2.1 hoặc III.4."),
    JSON,
)
def trace_command(loaded: Loaded, period_id: str, code: str, as_json: bool) -> None:
    """Tìm nguồn của từng số liệu.

    Mọi số của một mục trong sổ đã lập: nằm ở trang, ô nào; lấy từ tệp, trang, ô nào của phiếu."""
    from .as_json import trace_json
    from .steps import trace

    told = trace_json(*trace(loaded, period_id, code))
    if as_json:
        print_json(told)
        return
    for row in told["rows"]:
        click.echo(f"{row['code']} {row['title']} ({row['decision']})")
        for figure in row["figures"]:
            places = "; ".join(f"{one['sheet']} {one['cell']}" for one in figure["written"])
            click.echo(f"  {figure['told']}: {printed(figure['value'])} [{places}]")
            for one in figure["sources"]:
                value = "" if one["value"] is None else f" = {printed(one['value'])}"
                click.echo(
                    f"      {one['agency']}: {one['file']}, {one['sheet']}, {one['cell']}{value}"
                )
        for finding in row["findings"]:
            click.echo(f"  ! {finding['message']}")


@workspace_command("templates")
def templates_command(loaded: Loaded) -> None:
    """Chép mẫu trình bày ra để sửa.

    Vào thư mục mau: phông, màu, lề; đầu và cuối phụ lục; báo cáo Word; thư phản hồi. Mẫu đã có thì
    giữ nguyên và được kiểm tra."""
    from .steps import check_templates, own_templates

    for path in own_templates(loaded.workspace):
        click.echo(str(path))
    check_templates(loaded.workspace)


@workspace_command("feedback", PERIOD, JSON)
def feedback_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Lập phản hồi gửi lại cơ quan.

    Ghi vào thư mục tong-hop/phan-hoi: chính tệp của cơ quan với các ô cần sửa được đánh dấu,
    và thư kèm theo."""
    from ..period.dispatch import make_feedback
    from .as_json import forms_json

    with progress("Lập phản hồi", not as_json) as shown:
        paths, findings = make_feedback(loaded, period_id, shown)
    if as_json:
        print_json(forms_json(paths, findings))
        return
    if not paths:
        click.echo("Không phiếu nào có lỗi hay cảnh báo; không cần phản hồi.")
    for agency, path in paths.items():
        click.echo(f"{agency}: {path}")
    if findings:
        say_findings(findings)


@workspace_command("handouts", PERIOD, JSON)
def handouts_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Lập bảng gửi từng cơ quan, từng người thu thập.

    Ghi vào thư mục tong-hop/co-quan và tong-hop/nguoi-thu-thap: mỗi nơi một tệp, chỉ có việc
    của nơi đó, số liệu đã nhận và những chỗ cần xem lại."""
    from ..period.dispatch import make_handouts
    from .as_json import handouts_json

    with progress("Đọc phiếu", not as_json) as shown:
        made = make_handouts(loaded, period_id, shown)
    if as_json:
        print_json(handouts_json(made))
        return
    written = (("cơ quan", made.agencies), ("người thu thập", made.collectors))
    for kind, paths in written:
        if paths:
            folder = next(iter(paths.values())).parent
            click.echo(f"Đã lập bảng cho {len(paths)} {kind} trong {folder}")
    if made.stale:
        say_findings(made.stale)


@workspace_command(
    "rules",
    click.option("--try", "code", metavar="MÃ", help="Chạy thử một quy tắc trên một kỳ."),
    click.option("--period", "period_id", metavar="KỲ", help="Kỳ để chạy thử, ví dụ 2018-6T."),
    click.option("--threshold", metavar="SỐ", help="Ngưỡng khi chạy thử, ví dụ 40,5."),
    JSON,
)
def rules_command(
    loaded: Loaded, code: str | None, period_id: str | None, threshold: str | None, as_json: bool
) -> None:
    """Xem các quy tắc kiểm tra, chạy thử một quy tắc.

    Chạy thử không ghi gì và không đổi số liệu: chỉ cho biết quy tắc sẽ nêu những chỗ nào."""
    from .as_json import findings_json, rules_json
    from .steps import try_rule

    if code is None:
        if as_json:
            print_json({"rules": rules_json(loaded.programme.rules)})
            return
        for one in rules_json(loaded.programme.rules):
            limit = f", ngưỡng {one['threshold']:g} {one['unit']}" if one["unit"] else ""
            level = one["severity"].words
            click.echo(f"{one['code']}: {one['what']} [{one['use']}, {level}{limit}]")
        return
    if not period_id:
        raise click.UsageError("--try")
    limit = None if threshold is None else parse_amount(threshold)
    if threshold is not None and (limit is None or limit < 0):
        raise click.BadParameter(threshold, param=click.Option(["--threshold"]))
    found = try_rule(loaded, period_id, code, limit)
    if as_json:
        print_json({"findings": findings_json(found)})
        return
    say_findings(found, most=1000)


@workspace_command("journal", PERIOD, JSON)
def journal_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Xem nhật ký của một kỳ.

    Mọi lần tổng hợp, và mọi tệp đã từng nhận: tên, mã SHA-256, thời điểm, kết quả."""
    from .as_json import journal_json
    from .steps import journal_of

    told = journal_json(journal_of(loaded, period_id))
    if as_json:
        print_json(told)
        return
    for run in told["runs"]:
        click.echo(f"Lần {run['number']}: {run['time']}, {run['files']} tệp")
    for file in told["files"]:
        agency = file["agency"] or "?"
        click.echo(
            f"  {file['file']} | {agency} | {Fate(file['fate']).words} | {file['sha256'][:16]}"
        )


@workspace_command(
    "again",
    PERIOD,
    click.option(
        "--run", "number", metavar="SỐ", type=int, help="Lần tổng hợp; mặc định lần cuối."
    ),
    click.option(
        "--to",
        "folder",
        metavar="THƯ_MỤC_KHÁC",
        required=True,
        type=click.Path(resolve_path=True, path_type=Path),
        help="Nơi ghi kết quả dựng lại.",
    ),
)
def again_command(loaded: Loaded, period_id: str, number: int | None, folder: Path) -> int:
    """Dựng lại một lần tổng hợp cũ từ nhật ký.

    Dùng đúng kế hoạch và các tệp của lần đó, so từng byte với kết quả đã ghi."""
    from .steps import consolidate_again

    run, paths, same = consolidate_again(loaded, period_id, folder, number)
    for path in paths:
        click.echo(f"Kết quả: {path}")
    if same:
        click.echo(f"Giống hệt lần {run.number} ({format_moment(run.time)}) đến từng byte.")
        return 0
    click.echo(
        f"KHÁC với lần {run.number} (lập bằng phần mềm phiên bản {run.software}). Cài đúng phiên "
        "bản đó rồi dựng lại.",
        err=True,
    )
    return WorkspaceError.exit_code


@workspace_command("audit", PERIOD, JSON)
def audit_command(loaded: Loaded, period_id: str, as_json: bool) -> int:
    """Đối chiếu độc lập kết quả đã lập.

    Đọc lại các phiếu trong nhật ký bằng thư viện khác, tính lại mọi số trong tệp Phụ lục 2 của
    kỳ và nêu mọi chỗ khác. Không khác chỗ nào mới là đạt (mã thoát 0, không thì 9)."""
    from .as_json import audit_json
    from .steps import audit_period

    found = audit_period(loaded, period_id)
    if as_json:
        print_json(audit_json(found))
    else:
        say_audit(found)
    return 0 if found.passed else AuditError.exit_code


@command(
    "doctor",
    click.argument(
        "workspace",
        metavar="[THƯ_MỤC]",
        required=False,
        type=click.Path(resolve_path=True, path_type=Path),
    ),
)
def doctor_command(workspace: Path | None) -> int:
    """Kiểm tra máy và thư mục làm việc.

    Mỗi mục cho biết đạt hay cần làm gì; có thể chép cả đoạn gửi cán bộ công nghệ thông tin."""
    from .doctor import examine, report

    checks = examine(workspace)
    click.echo(report(checks))
    return WorkspaceError.exit_code if any(check.ok is False for check in checks) else 0


@command(
    "demo",
    click.argument(
        "workspace",
        metavar="[THƯ_MỤC]",
        default=Path("CCHC-2018"),
        type=click.Path(resolve_path=True, path_type=Path),
    ),
)
def demo_command(workspace: Path) -> None:
    """Chạy thử trên kế hoạch thật năm 2018.

    Làm toàn bộ công việc, với phiếu trả lời minh họa.

    THƯ_MỤC mặc định là CCHC-2018; phải là thư mục chưa có gì.
    """
    from .demo import run_demo

    with progress("Chạy thử", True) as shown:
        done = run_demo(workspace, shown)
    click.echo("Phiếu trả lời trong ví dụ này là số liệu minh họa, không phải số liệu thật.")
    say_ledger(done.ledger, done.outputs)
    say_findings(done.ledger.findings)


@workspace_command("status", PERIOD, JSON)
def status_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Xem tiến độ của một kỳ.

    Từng cơ quan: đã gửi phiếu, đã nhắc, đã nộp, còn gì phải làm; từng người thu thập còn thiếu
    gì."""
    from ..mail.board import status_of
    from .as_json import board_json

    with progress("Đọc phiếu", not as_json) as shown:
        board = status_of(loaded, period_id, shown)
    if as_json:
        print_json(board_json(board))
        return
    say_board(board)


@workspace_command(
    "send",
    click.argument("what", metavar="LOẠI", type=click.Choice(list(_KINDS))),
    PERIOD,
    click.option(
        "--dry-run", is_flag=True, help="Chỉ cho biết ai sẽ nhận gì; không gửi, không ghi."
    ),
    click.option(
        "--drafts", is_flag=True, help="Lập tệp thư nháp (.eml), dù sổ chọn cách gửi khác."
    ),
    click.option(
        "--again",
        metavar="CƠ_QUAN",
        multiple=True,
        help="Chỉ gửi cho cơ quan này, dù đã gửi (kết quả: “Lãnh đạo”); ghi được nhiều lần.",
    ),
    JSON,
)
def send_command(
    loaded: Loaded,
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
    from ..mail.outgoing import deliver, open_carrier, prepare
    from ..master.mail_settings import DRAFTS
    from .as_json import outgoing_json

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
        say_dry_run(outgoing)
    else:
        click.echo(f"{outgoing.settings.way}: {len(delivered.letters)} thư.")
        if outgoing.settings.way == DRAFTS and delivered.letters:
            click.echo(f"Thư nháp: {loaded.workspace.drafts(outgoing.period.id)}")
            click.echo("Mở từng tệp, xem lại rồi bấm gửi; phần mềm coi các thư này như đã gửi.")
    say_each([*outgoing.held, *(delivered.findings if delivered else ())])


@workspace_command("fetch", PERIOD, JSON)
def fetch_command(loaded: Loaded, period_id: str, as_json: bool) -> None:
    """Lấy phiếu từ hộp thư.

    Chỉ đọc hộp thư (IMAP); phiếu của cơ quan nào, kỳ nào nhận theo nội dung, chép vào thư mục
    nhan-ve với ngày của thư. Thư nháp nằm trong thư mục thư đã gửi được ghi là đã gửi."""
    from ..mail.collecting import fetch
    from ..mail.mailbox import open_mailbox
    from ..mail.outgoing import mail_settings
    from ..mail.passwords import needed_password
    from ..mail.seen_mails import note_told
    from .as_json import fetched_json

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
        say_each(fetched.to_tell)
        if fetched.findings:
            click.echo(f"Từng thư: {loaded.workspace.mailbox_note}")
    note_told(loaded.workspace, fetched.lines)


@workspace_command("password", click.option("--forget", is_flag=True, help="Xóa mật khẩu đã cất."))
def password_command(loaded: Loaded, forget: bool) -> None:
    """Cất mật khẩu hộp thư vào kho mật khẩu của máy.

    Hỏi mật khẩu (không hiện trên màn hình) cho máy chủ gửi và nhận ghi ở trang Thư điện tử."""
    from ..mail.outgoing import mail_settings
    from ..mail.passwords import keep_password
    from ..mail.servers import check_server

    settings = mail_settings(loaded)
    servers = {(s.host, s.user): s for s in (settings.smtp, settings.imap) if s.host}
    if not servers:
        check_server(settings.smtp)
    for (host, user), server in servers.items():
        check_server(server)
        password = "" if forget else click.prompt(f"Mật khẩu của {user} ({host})", hide_input=True)
        keep_password(server, password)
        click.echo(f"Đã {'xóa' if forget else 'cất'} mật khẩu của {user} ({host}).")
