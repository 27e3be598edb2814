"""One function for each button around the table; those of mail are in `mail_commands`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..cli.steps import Consolidation, Progress
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..master.layout import TABLES
from ..master.opening import Loaded, find_period
from ..master.result_tables import RESULTS
from ..plan.periods import Period
from .button import command, open_with_system, recalculate
from .open_master import OpenMaster

# One comma: Excel takes pairs of a name and patterns, parted by commas.
_DECISIONS = "Quyết định (Word/Excel/văn bản),*.docx;*.xlsx;*.xlsm;*.xls;*.ods;*.txt;*.md"


# ------------------------------------------------------------------ the commands


@command
def load_decisions(master: OpenMaster, progress: Progress) -> str:
    """Nạp quyết định: choose decisions, and add their plans to the workbook."""
    from ..cli.steps import load_decisions as step
    from ..cli.steps import nothing_reported
    from ..master.writer import plan_rows

    master.check_tables(RESULTS | TABLES)
    loaded = master.load()
    app = master.book.app
    app.screen_updating = True
    chosen = app.api.GetOpenFilename(_DECISIONS, 1, "Chọn quyết định ban hành kế hoạch", "", True)
    app.screen_updating = False
    if not chosen:
        return ""
    programme, plans, found = step(loaded, [Path(path) for path in chosen])
    lacking = master.add_plan_rows(plan_rows(replace(programme, plans=plans), found))
    if programme.periods and not master.shown_period:
        master.show_results(nothing_reported(master.workspace, programme).rows, "")
        if not master.chosen_period:
            master.choose_period(programme.periods[0].id)
    recalculate(app)
    lines = [f"{plan.decision}: {len(plan.items)} dòng, {len(plan.leaves)} việc" for plan in plans]
    return (
        "Đã nạp:\n" + "\n".join(lines) + f"\n\n{_counted(found)} Xem trang Phát hiện khi nạp, "
        "rồi lưu sổ (Ctrl+S)." + "".join(map(_not_shown, lacking))
    )


def _not_shown(sheet: str) -> str:
    return (
        f"\n\nSổ này lập từ bản phần mềm trước, chưa có trang {sheet}; phần đó của quyết định "
        "không ghi vào sổ. Mọi việc khác không bị ảnh hưởng. Cần trang này thì lập sổ mới từ các "
        "quyết định này (thư mục khác) rồi chép trang đó sang."
    )


def _chosen(master: OpenMaster) -> tuple[Loaded, Period]:
    """The workspace as it is, and the period chosen in it."""
    loaded = master.load()
    return loaded, find_period(loaded.programme, master.chosen_period)


def _each(found: Sequence[Finding]) -> str:
    return "".join(f"\n{one.message}" for one in found)


@command
def make_forms(master: OpenMaster, progress: Progress) -> str:
    """Tạo phiếu báo cáo: the forms of the chosen period."""
    from ..period.dispatch import make_forms as step

    loaded, period = _chosen(master)
    paths, found = step(loaded, period.id, progress)
    folder = loaded.workspace.forms(period.id)
    open_with_system(folder)
    return f"Đã tạo {len(paths)} phiếu trong thư mục {folder}.{_each(found)}"


@command
def consolidate(master: OpenMaster, progress: Progress) -> str:
    """Tổng hợp: read what came back, write the results, show them in the workbook."""
    return _told(_consolidate(master, progress))


@command
def make_monitoring(master: OpenMaster, progress: Progress) -> str:
    """Lập Phụ lục 2: consolidate, and open the workbook with the tables."""
    done = _consolidate(master, progress)
    master.book.app.books.open(str(done.outputs[0]))
    return ""


@command
def make_report(master: OpenMaster, progress: Progress) -> str:
    """Lập báo cáo: consolidate, and open the report."""
    done = _consolidate(master, progress, with_report=True)
    open_with_system(done.outputs[1])
    return "\n".join(found.message for found in done.findings if found.code in _EDITED)


_EDITED = ("output-edited", "report-edited")


@command
def export_pdf(master: OpenMaster, progress: Progress) -> str:
    """Xuất PDF: consolidate, and print what is to be signed to a PDF."""
    from ..cli.steps import to_be_signed

    done = _consolidate(master, progress)
    target = done.outputs[0].with_suffix(".pdf")
    part = target.with_name(f".dang-ghi-{target.name}")
    workbook = master.book.app.books.open(str(done.outputs[0]))
    try:
        workbook.to_pdf(str(part), include=list(to_be_signed(done.ledger)))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        workbook.close()
    open_with_system(target)
    return f"Đã xuất {target}"


def _consolidate(
    master: OpenMaster, progress: Progress, with_report: bool = False
) -> Consolidation:
    from ..cli.steps import consolidate_period

    master.check_tables(RESULTS)
    done = consolidate_period(master.load(), master.chosen_period, progress, with_report)
    master.show_results(done.tables, done.ledger.period.id)
    recalculate(master.book.app)
    return done


def _told(done: Consolidation) -> str:
    ledger = done.ledger
    due = len(ledger.programme.rows_by_agency(ledger.period))
    files = "\n".join(str(path) for path in done.outputs)
    return (
        f"Đã tổng hợp kỳ {ledger.period.name}: {len(ledger.accepted)}/{due} cơ quan. "
        f"{_counted(done.findings)} Xem trang Phát hiện.\n\nKết quả: {files}"
    )


def _counted(findings: Sequence[Finding]) -> str:
    counts = [
        f"{sum(found.severity == severity for found in findings)} {severity.words.lower()}"
        for severity in Severity
    ]
    return f"Có {', '.join(counts)}."


@command
def make_feedback(master: OpenMaster, progress: Progress) -> str:
    """Lập phản hồi: each agency's own file back, with what is to be mended marked in it."""
    from ..period.dispatch import make_feedback as step

    loaded, period = _chosen(master)
    paths, found = step(loaded, period.id, progress)
    if not paths:
        return "Không phiếu nào có lỗi hay cảnh báo; không cần phản hồi."
    folder = loaded.workspace.feedback(period.id)
    open_with_system(folder)
    return f"Đã lập phản hồi cho {len(paths)} cơ quan trong thư mục {folder}.{_each(found)}"


@command
def make_handouts(master: OpenMaster, progress: Progress) -> str:
    """Bảng từng cơ quan: a workbook to mail to each agency and to each collector."""
    from ..period.dispatch import make_handouts as step

    loaded, period = _chosen(master)
    made = step(loaded, period.id, progress)
    folder = loaded.workspace.results(period.id)
    open_with_system(folder)
    return (
        f"Đã lập bảng cho {len(made.agencies)} cơ quan (thư mục co-quan) và "
        f"{len(made.collectors)} người thu thập (thư mục nguoi-thu-thap) trong {folder}."
        f"{_each(made.stale)}"
    )


@command
def open_inbox(master: OpenMaster, progress: Progress) -> str:
    """Mở thư mục nhận về: where returned files of the chosen period go."""

    loaded, period = _chosen(master)
    inbox = loaded.workspace.inbox(period.id)
    inbox.mkdir(parents=True, exist_ok=True)
    open_with_system(inbox)
    return ""


@command
def check_computer(master: OpenMaster, progress: Progress) -> str:
    """Kiểm tra máy: what is right on this computer, and what to do about the rest."""
    from ..cli.steps import check_computer as step
    from .outlook import OutlookDrafts

    report, wrong = step(master.workspace.root, master.load, OutlookDrafts)
    open_with_system(report)
    if not wrong:
        return "Máy đã sẵn sàng, mọi mục kiểm tra đều đạt."
    return "Cần làm:\n" + "\n".join(f"• {check.name}: {check.action}" for check in wrong)


@command
def open_templates(master: OpenMaster, progress: Progress) -> str:
    """Mẫu trình bày: the workspace's own templates, put there for the first time if need be."""
    from ..cli.steps import check_templates, own_templates

    own_templates(master.workspace)
    open_with_system(master.workspace.templates)  # first: there the officer mends what is told
    check_templates(master.workspace)
    return ""


@command
def open_guide(master: OpenMaster, progress: Progress) -> str:
    """Hướng dẫn: the officers' guide."""
    from ..cli.steps import write_guide

    open_with_system(write_guide(master.workspace))
    return ""
