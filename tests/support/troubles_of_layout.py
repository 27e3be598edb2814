"""Troubles with headings, columns, rows and merged cells."""

# `uno` is there in LibreOffice's own Python only.
# pyright: reportMissingImports=false

from __future__ import annotations

import unicodedata

from openpyxl.styles import Border, Side

from tests.support.filled import UNKNOWN, in_libreoffice, trouble
from tests.support.forms import HEADINGS

_SIDE = Side("thin")
_THIN = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)

# ------------------------------------------------------------ headings and columns


@trouble
def headings_without_diacritics(form):
    for field in HEADINGS:
        cell = form.sheet.cell(form.heading_row, form.columns[field])
        bare = unicodedata.normalize("NFD", cell.value.replace("đ", "d").replace("Đ", "D"))
        cell.value = "".join(c for c in bare if not unicodedata.combining(c))


@trouble
def headings_in_capitals_over_several_lines(form):
    for field in HEADINGS:
        cell = form.sheet.cell(form.heading_row, form.columns[field])
        cell.value = cell.value.upper().replace(" (", "\n(").replace(" ", "  ", 1)


@trouble
def heading_row_deleted(form):
    form.unmerge()
    form.sheet.delete_rows(form.heading_row)
    form.may_lose()


@trouble
def heading_row_repeated_in_the_middle(form):
    middle = form.rows[form.codes[len(form.codes) // 2]]
    form.unmerge()
    form.sheet.insert_rows(middle, 2)
    form.copy_row(form.heading_row, middle)
    form.copy_row(form.heading_row + 1, middle + 1)


@trouble
def spending_moved_to_the_front(form):
    page, spent = form.sheet, form.columns["spent"]
    form.unmerge()
    page.insert_cols(2)
    for row in page.iter_rows(min_row=form.heading_row):
        row[1].value = row[spent].value
        row[1].number_format = row[spent].number_format
    page.delete_cols(spent + 1)


@trouble
def columns_added(form):
    form.unmerge()
    form.sheet.insert_cols(9)
    form.sheet.insert_cols(1)
    form.sheet.cell(form.heading_row, 1).value = "STT"
    form.sheet.cell(form.heading_row, 10).value = "Số liệu năm trước"
    for at, number in enumerate(form.rows.values(), 1):
        form.sheet.cell(number, 1).value = at
        form.sheet.cell(number, 10).value = 99


@trouble
def given_columns_deleted(form):
    form.unmerge()
    form.sheet.delete_cols(form.columns["indicator"], 4)


@trouble
def spending_column_deleted(form):
    form.unmerge()
    form.sheet.delete_cols(form.columns["spent"])
    form.may_lose(fields=["spent"])


@trouble
def code_column_deleted(form):
    form.unmerge()
    form.sheet.delete_cols(1)


@trouble
def key_column_deleted(form):
    form.sheet.delete_cols(14)


@trouble
def code_and_key_columns_deleted(form):
    form.unmerge()
    form.sheet.delete_cols(14)
    form.sheet.delete_cols(1)
    form.may_lose()


@trouble
def spending_column_twice(form):
    """An own column under the same heading: which one counts?"""
    form.sheet.cell(form.heading_row, 15).value = HEADINGS["spent"]
    for code in form.paid:
        form.sheet.cell(form.rows[code], 15).value = 99
        form.truth[code]["spent"] = UNKNOWN
    form.may_lose(fields=["spent"])


@trouble
def columns_hidden(form):
    for letters in ("C", "D", "H", "K"):
        form.sheet.column_dimensions[letters].hidden = True


# ------------------------------------------------------------------------- rows


@trouble
def rows_inserted(form):
    """Sub-tasks of its own, without figures, and empty rows."""
    form.unmerge()
    for code in reversed(form.codes[1:4]):
        form.sheet.insert_rows(form.rows[code], 2)
        form.sheet.cell(form.rows[code], 2).value = "- Việc phát sinh trong kỳ"


@trouble
def rows_deleted(form):
    form.unmerge()
    gone = form.codes[2:4]
    for code in reversed(gone):
        form.sheet.delete_rows(form.rows[code])
    form.may_lose(gone)


@trouble
def rows_in_reverse_order(form):
    form.unmerge()
    numbers = sorted(form.rows.values())
    contents = [[cell.value for cell in form.sheet[number]] for number in numbers]
    for number, values in zip(numbers, reversed(contents), strict=True):
        for at, value in enumerate(values, 1):
            form.sheet.cell(number, at).value = value


@trouble
def rows_sorted_without_the_hidden_column(form):
    """Codes, titles and entries agree; the hidden keys stand against them."""
    form.unmerge()
    numbers = sorted(form.rows.values())
    contents = [[cell.value for cell in form.sheet[number][:13]] for number in numbers]
    for number, values in zip(numbers, reversed(contents), strict=True):
        for at, value in enumerate(values, 1):
            form.sheet.cell(number, at).value = value
    form.may_lose()


@trouble
def rows_hidden(form):
    for code in form.codes[::2]:
        form.sheet.row_dimensions[form.rows[code]].hidden = True


@trouble
def rows_filtered(form):
    form.sheet.auto_filter.ref = f"A{form.heading_row}:N{form.sheet.max_row}"
    form.sheet.auto_filter.add_filter_column(6, ["Hoàn thành"])
    for code, number in form.rows.items():
        done = form.truth[code].get("status") == "Hoàn thành"
        form.sheet.row_dimensions[number].hidden = not done


@trouble
def a_row_hidden_and_typed_anew_below(form):
    code = form.paid[0]
    number = form.rows[code]
    form.unmerge()
    form.sheet.insert_rows(number + 1)
    form.copy_row(number, number + 1)
    form.sheet.cell(number, form.columns["spent"]).value = 99
    form.sheet.row_dimensions[number].hidden = True
    form.may_lose([code])


@trouble
def a_row_copied_over_another(form):
    """Code, key and all: one row stands twice, the other is gone."""
    one, other = form.codes[:2]
    form.copy_row(form.rows[one], form.rows[other])
    form.may_lose([one, other])


@trouble
def phantom_rows_far_below(form):
    last = form.sheet.max_row
    for number in (*range(last + 1, last + 200), 9000):
        for at in range(1, 14):
            form.sheet.cell(number, at).border = _THIN


@trouble
def own_totals(form):
    """Sums between and below the rows, without a code."""
    form.unmerge()
    middle = form.rows[form.codes[4]]
    form.sheet.insert_rows(middle)
    for number, label in ((middle, "Cộng"), (form.sheet.max_row + 1, "TỔNG SỐ:")):
        form.sheet.cell(number, 2).value = label
        form.sheet.cell(number, form.columns["spent"]).value = 4321.5


@trouble
def a_total_in_the_row_of_the_parent(form):
    """With the parent's code, which is no row to report."""
    parent = form.codes[0].rpartition(".")[0]
    number = form.sheet.max_row + 1
    form.sheet.cell(number, 1).value = parent
    form.sheet.cell(number, form.columns["spent"]).value = 4321.5


# ----------------------------------------------------------------- merged cells


@trouble
def cells_merged_for_looks(form):
    page = form.sheet
    code_row = form.rows[form.codes[0]]
    for at in range(1, 14):
        page.merge_cells(None, form.heading_row, at, form.heading_row + 1, at)
    page.merge_cells(None, code_row, 3, code_row, 5)


def _neighbours(form, *fields):
    """Two filled rows that stand one under the other."""
    pairs = ((a, b) for a in form.codes for b in form.codes if form.rows[b] == form.rows[a] + 1)
    return next(p for p in pairs if all(form.truth[c].get(f) for c in p for f in fields))


@trouble
def one_amount_merged_over_two_rows(form):
    pair = _neighbours(form, "spent")
    at = form.columns["spent"]
    form.sheet.merge_cells(None, form.rows[pair[0]], at, form.rows[pair[1]], at)
    for code in pair:
        form.truth[code]["spent"] = UNKNOWN
    form.may_lose(pair, ["spent"])


@trouble
def one_status_merged_over_two_rows(form):
    pair = _neighbours(form)
    at = form.columns["status"]
    form.sheet.merge_cells(None, form.rows[pair[0]], at, form.rows[pair[1]], at)
    form.cell(pair[0], "status").value = "Hoàn thành"
    for code in pair:
        form.truth[code]["status"] = "Hoàn thành"
    form.may_lose(pair, ["status"])


# --------------------------------------------------------- edited in LibreOffice


@in_libreoffice
def column_deleted_there(form):
    return lambda desk: desk.sheet.Columns.removeByIndex(form.columns["indicator"] - 1, 2)


@in_libreoffice
def rows_and_columns_inserted_there(form):
    def edit(desk):
        desk.sheet.Rows.insertByIndex(0, 3)
        desk.sheet.Columns.insertByIndex(0, 2)
        desk.sheet.Rows.insertByIndex(form.rows[form.codes[3]] + 2, 1)

    return edit


@in_libreoffice
def table_cut_and_pasted_elsewhere_there(form):
    def edit(desk):
        source = desk.cells(f"A1:N{form.sheet.max_row}").RangeAddress
        target = desk.cells("D8").CellAddress
        desk.sheet.moveRange(target, source)

    return edit


@in_libreoffice
def rows_sorted_there(form):
    """The rows of one group, all columns, by status downwards."""
    pair = _neighbours(form)

    def edit(desk):
        field = desk.struct("table.TableSortField", Field=6, IsAscending=False)
        import uno

        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        cells = desk.cells(f"A{form.rows[pair[0]]}:N{form.rows[pair[1]]}")
        uno.invoke(cells, "sort", (desk.calc.properties(SortFields=fields, ContainsHeader=False),))

    return edit


@in_libreoffice
def rows_filtered_there(form):
    def edit(desk):
        import uno

        cells = desk.cells(f"A{form.heading_row}:N{form.sheet.max_row}")
        descriptor = cells.createFilterDescriptor(True)
        descriptor.ContainsHeader = True
        equal = uno.Enum("com.sun.star.sheet.FilterOperator", "EQUAL")
        field = desk.struct("sheet.TableFilterField", Field=6, StringValue="Hoàn thành")
        field.Operator = equal
        descriptor.setFilterFields((field,))
        cells.filter(descriptor)

    return edit


@in_libreoffice
def cells_merged_and_hidden_there(form):
    def edit(desk):
        number = form.rows[form.codes[0]]
        desk.cells(f"B{number}:E{number}").merge(True)
        desk.sheet.Rows.getByIndex(number).IsVisible = False
        desk.sheet.Columns.getByIndex(7).IsVisible = False

    return edit


@in_libreoffice
def sheet_copied_and_the_original_removed_there(form):
    def edit(desk):
        desk.doc.Sheets.copyByName(desk.sheet.Name, "Trang_2", 0)
        desk.doc.Sheets.removeByName(form.sheet.title)

    return edit
