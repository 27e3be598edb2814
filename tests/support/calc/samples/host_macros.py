"""What the buttons of test_calc_host.py run."""

# The table has rows and a heading all along.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportAttributeAccessIssue=false

import datetime as dt

import xlwings as xw

LONG = "Một đoạn dài. " * 200
clicks = []


def fill():
    clicks.append(1)
    book = xw.Book.caller()
    sheet = book.sheets["Tổng hợp"]
    app = book.app
    app.screen_updating, app.calculation = False, "manual"
    app.status_bar = "Đang tổng hợp"
    table = sheet.tables["KetQua"]
    rows = table.data_body_range.options(ndim=2).value
    table.data_body_range[1:2, :].insert("down")
    table.data_body_range[1:3, :].insert("down")
    tricky = ["=1+1", "'=1+1", "1.10", "001", LONG, "3/4", "TRUE", None]
    block = [[text, text, dt.date(2018, 6, 30), n] for n, text in enumerate(tricky)]
    table.range[0, 0].offset(table.range.shape[0]).resize(4, 4).insert("down")
    table.resize(sheet.range(table.range(1, 1), (table.range.row + 1 + 8, 4)))
    table.data_body_range[1:, :].value = block
    sheet.range("F1").value = repr(rows)
    sheet.range("F2").value = len(clicks)
    sheet.range("F3").value = book.fullname
    sheet.range("F4").formula = "=SUM(KetQua[Số],1)"
    app.status_bar = False
    app.screen_updating, app.calculation = True, "automatic"


def shrink():
    table = xw.Book.caller().sheets["Tổng hợp"].tables["KetQua"]
    table.data_body_range[1:, :].delete("up")


def fail():
    raise ValueError("lỗi thử")


def ask():
    book = xw.Book.caller()
    sheet = book.sheets[0]
    sheet["F1"].value = book.app.alert("Ghi đè?", "CCHC", buttons="yes_no")
    paths = book.app.api.GetOpenFilename("Excel (*.xlsx),*.xlsx", MultiSelect=True)
    sheet["F2"].value = repr(paths)
    other = book.app.books.open(paths[0])
    sheet["F3"].value = other.sheets[0]["A1"].value
    other.close()
    sheet["F4"].value = len(book.app.books)


def refused(action):
    try:
        action()
    except ValueError:
        return True


def rules():
    """What Excel does that Calc by itself does not."""
    sheet = xw.Book.caller().sheets["Tổng hợp"]
    table = sheet.tables["KetQua"]
    assert refused(lambda: sheet["B2"].insert("down"))
    assert refused(lambda: sheet["B5:C5"].delete("up"))
    assert refused(lambda: table.resize(sheet["A3:D6"]))
    assert refused(lambda: setattr(sheet["H1"], "value", "=SUM(("))
    assert refused(lambda: setattr(sheet["H1"], "value", "x" * 40_000))
    sheet["A2:D3"].insert("down")
    assert table.range.address == "$A$6:$D$8"
    sheet["A2:D3"].delete("up")
    table.show_totals = True
    table.totals_row_range[0, 3].formula = "=SUBTOTAL(109,KetQua[Số])"
    assert table.range.address == "$A$4:$D$7" and table.totals_row_range[0, 3].value == 3.5
    assert table.data_body_range.address == "$A$5:$D$6"
    table.show_totals = False
    assert table.range.address == "$A$4:$D$6" and sheet["D7"].value is None
    table.data_body_range[0:1, :].insert("down")
    formats = [cell.number_format for cell in table.data_body_range[0, :]]
    assert formats == ["@", "General", "dd/mm/yyyy", "General"], formats
    sheet["A5"].value = 7
    assert sheet["A5"].value == "7"
    assert sheet["A1048576"].end("up").row == 9 and sheet["A4"].end("down").row == 7
    table.data_body_range.delete("up")
    assert table.range.address == "$A$4:$D$5" and table.data_body_range is None
    assert sheet["A7"].value == "Dưới bảng"
    sheet["A5"].value = "mới"
    assert table.data_body_range.address == "$A$5:$D$5"
    sheet["H1"].formula = "='Hàm'!A1&COUNTA(KetQua[Mã])"
    assert sheet["H1"].formula == "=Hàm!A1&COUNTA(KetQua[Mã])"
    assert sheet["H1"].value == "a1" and sheet.range("Kỳ").value == "Bảng"
    sheet["H2"].value = "'1.10"
    assert sheet["H2"].value == "1.10" and sheet["H2"].number_format == "General"
    assert sheet["H1:H2"].options(ndim=2).value == [["a1"], ["1.10"]]
