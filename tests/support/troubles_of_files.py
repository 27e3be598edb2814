"""Troubles with sheets and files as a whole, and forms that are not the ones asked for."""

from __future__ import annotations

from pathlib import Path

from openpyxl.comments import Comment

from tests.support.file_formats import mailed, zipped
from tests.support.filled import ENTRY_FIELDS, in_libreoffice, trouble
from tests.support.forms import HEADINGS

# ----------------------------------------------------------------- names and sheets


@trouble
def nothing_is_wrong(form):
    pass


@trouble
def file_and_sheet_renamed(form):
    form.name, form.sheet.title = "Báo cáo CCHC (sửa lần 2).final", "Sheet1"


@trouble
def extra_sheets_before_and_after(form):
    notes = form.workbook.create_sheet("Công văn", 0)
    notes.append(["Kính gửi: Sở Nội vụ"])
    notes.append(["Mã", "Nội dung", 15])
    form.workbook.create_sheet("Sheet3").append(["15", 1478.4])
    hidden = form.workbook.create_sheet("nháp")
    hidden.append(["1.1.3", 99])
    hidden.sheet_state = "hidden"


@trouble
def protection_removed(form):
    form.sheet.protection.sheet = False


@trouble
def notes_in_cells(form):
    for code in form.codes[:3]:
        form.cell(code, "spent").comment = Comment("Tạm tính 99 triệu", "Kế toán")


@trouble
def identity_sheet_removed(form):
    del form.workbook["_cchc"]


@trouble
def identity_sheet_and_key_column_removed(form):
    del form.workbook["_cchc"]
    form.sheet.delete_cols(14)


@trouble
def values_pasted_into_a_new_workbook(form):
    form.paste(row[:13] for row in form.table())


@trouble
def values_pasted_without_the_head(form):
    """Nobody can tell whose they are; a reader may go by the file's name."""
    form.paste(row[:13] for row in form.table()[form.heading_row - 1 :])
    form.may_lose()


@trouble
def values_pasted_without_headings(form):
    form.paste(row[:13] for row in form.table()[form.heading_row + 1 :])
    form.may_lose()


@trouble
def head_lines_deleted(form):
    form.unmerge()
    form.sheet.delete_rows(1, form.heading_row - 1)
    form.heading_row = 1


@trouble
def empty_copy_of_the_form_beside_it(form):
    again = form.workbook.copy_worksheet(form.sheet)
    for _, _, cell in form.entries():
        again[cell.coordinate].value = None


@trouble
def two_filled_forms_that_differ(form):
    """Whether the other sheet is a draft or a correction, the file does not say."""
    again = form.workbook.copy_worksheet(form.sheet)
    for code in form.paid:
        again[form.cell(code, "spent").coordinate].value = 99
    form.means_nothing()


@trouble
def an_older_draft_on_a_hidden_sheet(form):
    again = form.workbook.copy_worksheet(form.sheet)
    for code in form.paid:
        again[form.cell(code, "spent").coordinate].value = 99
    again.sheet_state = "hidden"
    form.may_lose()


@trouble
def an_own_table_with_like_headings(form):
    """How the agency follows its units, on a sheet before the form."""
    own = form.workbook.create_sheet("Theo dõi nội bộ", 0)
    own.append([HEADINGS[n] for n in ("code", "title", "status", "result", "spent")])
    for at in range(1, 6):
        own.append([at, f"Phòng {at}", "Hoàn thành", "Đã làm", 99])


@trouble
def plans_on_two_sheets(form):
    """The rows of the second plan moved to a sheet of their own, with the heading."""
    again = form.workbook.copy_worksheet(form.sheet)
    middle = form.codes[len(form.codes) // 2]
    for number in form.rows.values():
        page = form.sheet if number > form.rows[middle] else again
        for field in ENTRY_FIELDS:
            page.cell(number, form.columns[field]).value = None
    form.may_lose()


# -------------------------------------------------------------- the wrong form


@trouble
def blank_form(form):
    for _, _, cell in form.entries():
        cell.value = None
    form.means_nothing()


@trouble
def form_of_last_period(form):
    form.take(form.issue(form.agency, "2018-Q1"))
    form.means_nothing()


@trouble
def form_of_last_period_without_identity(form):
    form_of_last_period(form)
    del form.workbook["_cchc"]


@trouble
def form_of_last_period_with_the_head_typed_over(form):
    """Its identity says one period, its head another."""
    head = form.sheet["A2"].value
    form.take(form.issue(form.agency, "2018-Q1"))
    form.sheet["A2"].value = head
    form.may_lose()


@trouble
def another_agencys_form_with_the_name_typed_over(form):
    form.take(form.issue("UBND huyện Lắk", "2018-6T"))
    form.sheet["A3"].value = f"Cơ quan báo cáo: {form.agency}"
    form.may_lose()


# ---------------------------------------------------------------- files in files


@trouble(only=("xlsx", "xls", "ods"))
def sent_as_a_zip(form):
    form.wrap = lambda name, content: ("Gui So Noi vu.zip", zipped({f"Báo cáo/{name}": content}))


@trouble(only=("xlsx", "xls", "ods"))
def sent_as_a_saved_mail(form):
    form.wrap = lambda name, content: ("Gui.eml", mailed(name, content, "stp@example.vn"))


@trouble(only=("xlsx", "xlsb", "xls", "ods"))
def named_as_another_format(form):
    """Renamed instead of saved as: Excel opens it after a warning."""
    form.wrap = lambda name, content: (
        f"{Path(name).stem}{'.xlsx' if name.endswith('.xls') else '.xls'}",
        content,
    )
    form.may_lose()


@trouble(only=("xlsx", "ods"))
def cut_off_in_the_mail(form):
    form.wrap = lambda name, content: (name, content[: len(content) // 2])
    form.may_lose()


@in_libreoffice
def locked_with_a_password(form):
    form.password = "CCHC@2018"
    form.may_lose()
