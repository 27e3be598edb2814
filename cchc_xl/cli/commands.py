"""The commands of `cchc-xl`: arguments in, one step, words or JSON out."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import AuditError, WorkspaceError
from ..files.spreadsheets import printed
from ..plan.fates import Fate
from ..text.numbers import format_million, parse_amount
from . import mail_commands  # its commands are ours too
from .command_line import (
    as_json_option,
    cchc_xl,
    command,
    main,
    period_option,
    print_json,
    progress,
    say_audit,
    say_findings,
    say_ledger,
    workspace_argument,
)

__all__ = ["cchc_xl", "mail_commands", "main"]


@command("init")
@workspace_argument
@click.option(
    "--decision",
    "decisions",
    metavar="TỆP",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Quyết định ban hành kế hoạch (.txt, .md, .docx, .xlsx); ghi được nhiều lần. Không "
    "ghi thì sổ còn trống, nạp quyết định sau trong Excel.",
)
@click.option(
    "--agencies",
    metavar="TỆP",
    type=click.Path(path_type=Path),
    help="Danh sách cơ quan (.csv hoặc bảng tính có trang Cơ quan). Không ghi thì dùng danh "
    "sách của Đắk Lắk năm 2018.",
)
@as_json_option
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
    _say_plans(programme)
    say_findings(findings, "Phát hiện khi nạp")


def _say_plans(programme) -> None:
    for plan in programme.plans:
        money = f", {format_million(plan.total)} triệu đồng" if plan.total else ""
        click.echo(
            f"Quyết định {plan.decision}: {len(plan.items)} dòng, {len(plan.leaves)} việc phải "
            f"báo cáo{money}."
        )


@command("plan")
@workspace_argument
@as_json_option
def plan_command(workspace: Path, as_json: bool) -> None:
    """Kiểm tra kế hoạch trong sổ tổng hợp."""
    from ..master.opening import load
    from .as_json import programme_json

    loaded = load(workspace)
    programme, findings = loaded.programme, loaded.findings
    if as_json:
        print_json(programme_json(programme, findings))
        return
    _say_plans(programme)
    say_findings(findings, "Phát hiện khi nạp")


@command("forms")
@workspace_argument
@period_option
@as_json_option
def forms_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Tạo phiếu cho từng cơ quan.

    Phiếu nằm trong thư mục gui-di của kỳ báo cáo."""
    from ..master.opening import load
    from ..period.dispatch import make_forms
    from .as_json import forms_json

    with progress("Tạo phiếu", not as_json) as shown:
        paths, findings = make_forms(load(workspace), period_id, shown)
    if as_json:
        print_json(forms_json(paths, findings))
        return
    folder = next(iter(paths.values())).parent if paths else workspace
    click.echo(f"Đã tạo {len(paths)} phiếu trong {folder}")
    if findings:
        say_findings(findings)


@command("consolidate")
@workspace_argument
@period_option
@as_json_option
def consolidate_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Tổng hợp phiếu, lập Phụ lục 2.

    Đọc các phiếu trong thư mục nhan-ve của kỳ, ghi kết quả vào thư mục tong-hop."""
    from ..master.opening import load
    from .as_json import ledger_json
    from .steps import consolidate_period

    with progress("Đọc phiếu", not as_json) as shown:
        done = consolidate_period(load(workspace), period_id, shown)
    if as_json:
        print_json(ledger_json(done.ledger, done.findings, done.outputs))
        return
    say_ledger(done.ledger, done.outputs)
    say_findings(done.findings)


@command("report")
@workspace_argument
@period_option
@as_json_option
def report_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Lập báo cáo Word của kỳ.

    Tổng hợp lại rồi ghi báo cáo vào thư mục tong-hop, mọi số trong báo cáo có dẫn chiếu đến ô của
    sổ tổng hợp. Bản đã sửa tay không bị mất."""
    from ..master.opening import load
    from .as_json import ledger_json
    from .steps import consolidate_period

    with progress("Lập báo cáo", not as_json) as shown:
        done = consolidate_period(load(workspace), period_id, shown, with_report=True)
    if as_json:
        print_json(ledger_json(done.ledger, done.findings, done.outputs))
        return
    say_ledger(done.ledger, done.outputs)
    say_findings(done.findings)


@command("trace")
@workspace_argument
@period_option
@click.option("--code", metavar="MÃ", required=True, help="Mã của mục, ví dụ 6.2.1 hoặc III.4.")
@as_json_option
def trace_command(workspace: Path, period_id: str, code: str, as_json: bool) -> None:
    """Tìm nguồn của từng số liệu.

    Mọi số của một mục trong sổ đã lập: nằm ở trang, ô nào; lấy từ tệp, trang, ô nào của phiếu."""
    from ..master.opening import load
    from .as_json import trace_json
    from .steps import trace

    told = trace_json(*trace(load(workspace), period_id, code))
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


@command("templates")
@workspace_argument
def templates_command(workspace: Path) -> None:
    """Chép mẫu trình bày ra để sửa.

    Vào thư mục mau: phông, màu, lề; đầu và cuối phụ lục; báo cáo Word; thư phản hồi. Mẫu đã có thì
    giữ nguyên và được kiểm tra."""
    from ..master.opening import load
    from .steps import check_templates, own_templates

    opened = load(workspace).workspace
    for path in own_templates(opened):
        click.echo(str(path))
    check_templates(opened)


@command("feedback")
@workspace_argument
@period_option
@as_json_option
def feedback_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Lập phản hồi gửi lại cơ quan.

    Ghi vào thư mục tong-hop/phan-hoi: chính tệp của cơ quan với các ô cần sửa được đánh dấu,
    và thư kèm theo."""
    from ..master.opening import load
    from ..period.dispatch import make_feedback
    from .as_json import forms_json

    with progress("Lập phản hồi", not as_json) as shown:
        paths, findings = make_feedback(load(workspace), period_id, shown)
    if as_json:
        print_json(forms_json(paths, findings))
        return
    if not paths:
        click.echo("Không phiếu nào có lỗi hay cảnh báo; không cần phản hồi.")
    for agency, path in paths.items():
        click.echo(f"{agency}: {path}")
    if findings:
        say_findings(findings)


@command("handouts")
@workspace_argument
@period_option
@as_json_option
def handouts_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Lập bảng gửi từng cơ quan, từng người thu thập.

    Ghi vào thư mục tong-hop/co-quan và tong-hop/nguoi-thu-thap: mỗi nơi một tệp, chỉ có việc
    của nơi đó, số liệu đã nhận và những chỗ cần xem lại."""
    from ..master.opening import load
    from ..period.dispatch import make_handouts
    from .as_json import handouts_json

    with progress("Đọc phiếu", not as_json) as shown:
        made = make_handouts(load(workspace), period_id, shown)
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


@command("rules")
@workspace_argument
@click.option("--try", "code", metavar="MÃ", help="Chạy thử một quy tắc trên một kỳ.")
@click.option("--period", "period_id", metavar="KỲ", help="Kỳ để chạy thử, ví dụ 2018-6T.")
@click.option("--threshold", metavar="SỐ", help="Ngưỡng khi chạy thử, ví dụ 40,5.")
@as_json_option
def rules_command(
    workspace: Path, code: str | None, period_id: str | None, threshold: str | None, as_json: bool
) -> None:
    """Xem các quy tắc kiểm tra, chạy thử một quy tắc.

    Chạy thử không ghi gì và không đổi số liệu: chỉ cho biết quy tắc sẽ nêu những chỗ nào."""
    from ..master.opening import load
    from .as_json import findings_json, rules_json
    from .steps import try_rule

    loaded = load(workspace)
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


@command("journal")
@workspace_argument
@period_option
@as_json_option
def journal_command(workspace: Path, period_id: str, as_json: bool) -> None:
    """Xem nhật ký của một kỳ.

    Mọi lần tổng hợp, và mọi tệp đã từng nhận: tên, mã SHA-256, thời điểm, kết quả."""
    from ..master.opening import load
    from .as_json import journal_json
    from .steps import journal_of

    told = journal_json(journal_of(load(workspace), period_id))
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


@command("again")
@workspace_argument
@period_option
@click.option("--run", "number", metavar="SỐ", type=int, help="Lần tổng hợp; mặc định lần cuối.")
@click.option(
    "--to",
    "folder",
    metavar="THƯ_MỤC_KHÁC",
    required=True,
    type=click.Path(resolve_path=True, path_type=Path),
    help="Nơi ghi kết quả dựng lại.",
)
def again_command(workspace: Path, period_id: str, number: int | None, folder: Path) -> int:
    """Dựng lại một lần tổng hợp cũ từ nhật ký.

    Dùng đúng kế hoạch và các tệp của lần đó, so từng byte với kết quả đã ghi."""
    from ..master.opening import load
    from .steps import consolidate_again

    run, paths, same = consolidate_again(load(workspace), period_id, folder, number)
    for path in paths:
        click.echo(f"Kết quả: {path}")
    if same:
        click.echo(f"Giống hệt lần {run.number} ({run.time:%H:%M %d/%m/%Y}) đến từng byte.")
        return 0
    click.echo(
        f"KHÁC với lần {run.number} (lập bằng phần mềm phiên bản {run.software}). Cài đúng phiên "
        "bản đó rồi dựng lại.",
        err=True,
    )
    return WorkspaceError.exit_code


@command("audit")
@workspace_argument
@period_option
@as_json_option
def audit_command(workspace: Path, period_id: str, as_json: bool) -> int:
    """Đối chiếu độc lập kết quả đã lập.

    Đọc lại các phiếu trong nhật ký bằng thư viện khác, tính lại mọi số trong tệp Phụ lục 2 của
    kỳ và nêu mọi chỗ khác. Không khác chỗ nào mới là đạt (mã thoát 0, không thì 9)."""
    from ..master.opening import load
    from .as_json import audit_json
    from .steps import audit_period

    found = audit_period(load(workspace), period_id)
    if as_json:
        print_json(audit_json(found))
    else:
        say_audit(found)
    return 0 if found.passed else AuditError.exit_code


@command("doctor")
@click.argument(
    "workspace",
    metavar="[THƯ_MỤC]",
    required=False,
    type=click.Path(resolve_path=True, path_type=Path),
)
def doctor_command(workspace: Path | None) -> int:
    """Kiểm tra máy và thư mục làm việc.

    Mỗi mục cho biết đạt hay cần làm gì; có thể chép cả đoạn gửi cán bộ công nghệ thông tin."""
    from .doctor import examine, report

    checks = examine(workspace)
    click.echo(report(checks))
    return WorkspaceError.exit_code if any(check.ok is False for check in checks) else 0


@command("demo")
@click.argument(
    "workspace",
    metavar="[THƯ_MỤC]",
    default=Path("CCHC-2018"),
    type=click.Path(resolve_path=True, path_type=Path),
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
