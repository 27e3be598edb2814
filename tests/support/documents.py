"""Decisions in other guises: the same lines as Word and Excel documents, and plans of
other shapes."""

from __future__ import annotations

from pathlib import Path

import docx
import xlsxwriter

from cchc_xl.decision.documents import DocumentLine, read_document


def as_word(text_file: Path, target: Path) -> Path:
    """The decision as Word would hold it: a table for each page, headings repeated at its
    top, the split heading as merged cells."""
    document = docx.Document()
    block: list[DocumentLine] = []

    def flush() -> None:
        if not block:
            return
        width = max(len(line.cells) for line in block)
        table = document.add_table(rows=len(block), cols=width)
        for number, line in enumerate(block):
            for at, text in enumerate(line.cells):
                table.cell(number, at).text = text
        split_heading = block[0].cells[0] == "STT" and "" in block[0].cells
        if split_heading:
            _merge_heading(table, block[0].cells, block[1].cells)
        block.clear()

    for line in read_document(text_file):
        if len(line.cells) > 1:
            if line.cells[0] == "STT":
                flush()
            block.append(line)
        else:
            flush()
            document.add_paragraph(line.text)
    flush()
    document.save(str(target))
    return target


def _merge_heading(table, upper: tuple[str, ...], lower: tuple[str, ...]) -> None:
    at = 0
    while at < len(upper):
        end = at
        while end + 1 < len(upper) and not upper[end + 1]:
            end += 1
        if end > at:  # one heading over several
            table.cell(0, at).merge(table.cell(0, end))
        elif at >= len(lower) or not lower[at]:  # one heading over both lines
            text = upper[at]
            table.cell(0, at).merge(table.cell(1, at)).text = text
        at = end + 1


def as_excel(text_file: Path, target: Path) -> Path:
    """The decision typed into a sheet, numbers as numbers, two blank columns at the left."""
    workbook = xlsxwriter.Workbook(str(target))
    sheet = workbook.add_worksheet("Quyết định")
    for row, line in enumerate(read_document(text_file)):
        for at, text in enumerate(line.cells):
            plain = text.replace(".", "").replace(",", ".")
            if len(line.cells) > 8 and at == 6 and plain.replace(".", "").isdigit():
                sheet.write_number(row, at + 2, float(plain))
            else:
                sheet.write_string(row, at + 2, text)
    workbook.close()
    return target


OTHER_PROVINCE = """Số: 15/QĐ-UBND

Lâm Đồng, ngày 05 tháng 02 năm 2026

QUYẾT ĐỊNH
Về việc phê duyệt Kế hoạch cải cách hành chính tỉnh Lâm Đồng năm 2026

Điều 1. Phê duyệt Kế hoạch cải cách hành chính tỉnh Lâm Đồng năm 2026.

Tổng kinh phí: 30 triệu đồng
Trong đó:
- Sở Nội vụ: 10.500.000 đồng
- Sở Tư pháp: 19.500.000 đồng

| TT | Nội dung | Sản phẩm | Thời hạn | Kinh phí (triệu đồng) | Chủ trì | Phối hợp |
|----|----------|----------|----------|-----------------------|---------|----------|
| (1) | (2) | (3) | (4) | (5) | (6) | (7) |
| 1 | Thể chế | | | 30 | | |
| 1.1 | Rà soát văn bản | Báo cáo | Quý II/2026 | 19,5 | Sở Tư pháp | Sở Nội vụ |
| 1.2 | Kiểm tra công vụ | Kết luận kiểm tra | Tháng 9 | 10,5 | Sở Nội vụ | |
| 1.3 | Tự kiểm tra | 100% cơ quan | Thường xuyên | | Các Sở, ban, ngành | |
| Tổng cộng | | | | 30 | | |

Báo cáo định kỳ 6 tháng (trước ngày 10/6) và năm (trước ngày 15/12).
"""
