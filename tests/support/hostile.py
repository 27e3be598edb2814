"""Files that nobody should open: each made from a filled form, or from nothing.

A maker takes the bytes of a good .xlsx form and gives those of a hostile file.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SHEET, IDENTITY = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
BOOK, RELS, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
TYPES, STYLES = "[Content_Types].xml", "xl/styles.xml"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "hostile"

Make = Callable[[bytes], bytes]


# ------------------------------------------------------------------ zip files


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: dict[str, bytes], more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in (*parts.items(), *more):
            package.writestr(name, part)
    return buffer.getvalue()


def change(name: str, edit: Callable[[bytes], bytes]) -> Make:
    """A form of which one part was edited; an edit that finds nothing to edit is a mistake."""

    def make(form: bytes) -> bytes:
        parts = parts_of(form)
        edited = edit(parts[name])
        assert edited != parts[name], name
        return zipped(parts | {name: edited})

    return make


def swap(name: str, old: str, new: str) -> Make:
    return change(name, lambda part: re.sub(old.encode(), lambda _: new.encode(), part, count=1))


class Entry(NamedTuple):
    """A zip entry as it stands in the file, true or not."""

    name: str
    packed: bytes
    crc: int
    size: int
    method: int = zipfile.ZIP_DEFLATED


def entry(name: str, data: bytes) -> Entry:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Entry(name, packer.compress(data) + packer.flush(), zlib.crc32(data), len(data))


def raw_zip(entries: list[Entry]) -> bytes:
    body, index = b"", b""
    for one in entries:
        name = one.name.encode()
        rest = (one.method, 0, 0x21, one.crc, len(one.packed), one.size, len(name), 0)
        index += (
            struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, *rest, 0, 0, 0, 0, len(body))
            + name
        )
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, *rest) + name + one.packed
    count = len(entries)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(index), len(body), 0)
    return body + index + end


def _times(a: int, b: int) -> int:
    """Product of two polynomials modulo that of CRC-32."""
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (0xEDB88320 if b & 1 else 0)
    return product


def _shift(length: int) -> int:
    """What moves a CRC over that many bytes."""
    power, square = 1 << 31, 1 << 30
    length *= 8
    while length:
        if length & 1:
            power = _times(power, square)
        square = _times(square, square)
        length >>= 1
    return power


def bomb(name: str, head: bytes, unit: bytes, megabytes: int, tail: bytes) -> Entry:
    """An entry that unpacks to `head`, then `unit` over and over, then `tail`: packed once
    and repeated, so that gigabytes are made in no time, with a true CRC."""
    unit *= 2**20 // len(unit)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += (packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)) * megabytes
    packed += packer.compress(tail) + packer.flush()
    crc, one, move = zlib.crc32(head), zlib.crc32(unit), _shift(len(unit))
    for _ in range(megabytes):
        crc = _times(move, crc) ^ one
    crc = _times(_shift(len(tail)), crc) ^ zlib.crc32(tail)
    return Entry(name, packed, crc, len(head) + len(unit) * megabytes + len(tail))


def with_bomb(name: str, cut: bytes, unit: bytes, megabytes: int) -> Make:
    """A form in which a part has gigabytes of `unit` before `cut`."""

    def make(form: bytes) -> bytes:
        parts = parts_of(form)
        head, found, tail = parts.pop(name).partition(cut)
        assert found, name
        entries = [entry(*item) for item in parts.items()]
        return raw_zip([*entries, bomb(name, head, unit, megabytes, found + tail)])

    return make


def lying_size(size: int) -> Make:
    """The form's sheet says that it unpacks to another size than it does."""

    def make(form: bytes) -> bytes:
        entries = [entry(*item) for item in parts_of(form).items()]
        return raw_zip([e._replace(size=size) if e.name == SHEET else e for e in entries])

    return make


# ------------------------------------------------------------------ inside XML


def cell(reference: str, inner: str = "<v>1</v>", more: str = "") -> Make:
    """A form with one more cell, in a row of its own behind all others."""
    row = re.sub(r"\D", "", reference) or "1"
    text = f'<row r="{row}"><c r="{reference}"{more}>{inner}</c></row></sheetData>'
    return swap(SHEET, "</sheetData>", text)


def used(reference: str) -> Make:
    return swap(SHEET, r'<dimension ref="[^"]*"', f'<dimension ref="{reference}"')


def merged(reference: str) -> Make:
    return swap(SHEET, "<mergeCell ", f'<mergeCell ref="{reference}"/><mergeCell ')


def entered(inner: str, kind: str = "") -> Make:
    """A form whose first spending cell was replaced by what no program should write; {} is
    its number."""
    first = re.compile(rb'(<c r="K\d+")[^>]*><v>(5\d*(?:\.\d+)?)</v>')
    into = f"{kind}>{inner}".encode()
    return change(
        SHEET, lambda part: first.sub(lambda m: m[1] + into.replace(b"{}", m[2]), part, count=1)
    )


LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)
FOREIGN = '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'


def laughing(name: str, doctype: str, before: str) -> Make:
    def edit(part: bytes) -> bytes:
        declared = part.replace(b"?>", b"?>" + doctype.encode(), 1)
        if declared == part:  # no XML declaration
            declared = doctype.encode() + part
        return re.sub(before.encode(), b"\\g<0>&a11;", declared, count=1)

    return change(name, edit)


def many_sheets(count: int, name: str = "Trang {n}") -> Make:
    """Names of many sheets, all of which lead to the form."""

    def edit(part: bytes) -> bytes:
        names = "".join(
            f'<sheet name="{name.format(n=n)}" sheetId="{n}" r:id="rId1"/>'
            for n in range(10, 10 + count)
        )
        return part.replace(b"</sheets>", names.encode() + b"</sheets>")

    return change(BOOK, edit)


def without(name: str) -> Make:
    def make(form: bytes) -> bytes:
        parts = parts_of(form)
        del parts[name]
        return zipped(parts)

    return make


def fixture(name: str) -> Make:
    return lambda _: (FIXTURES / name).read_bytes()


def text_document(_: bytes) -> bytes:
    import docx

    buffer = io.BytesIO()
    docx.Document().save(buffer)
    return buffer.getvalue()


NESTED = "<a>" * 300_000
ROW = b'<row><c><v>0</v></c><c t="s"><v>1</v></c></row>'
TABLE = "<table><tr><td>Mã</td><td>Trạng thái</td><td>1.1.3</td></tr></table>"
PAGE = f"<html><meta charset='utf-8'><body>{TABLE * 3}</body></html>"
OLD_XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet><Table><Row><Cell><Data ss:Type="String">Mã</Data></Cell></Row></Table>'
    "</Worksheet></Workbook>"
)

# name with its suffix -> how it is made. All are dropped among good returns one by one.
HOSTILE: dict[str, Make] = {
    # no workbook at all
    "rong.xlsx": lambda _: b"",
    "mot-byte.xlsx": lambda _: b"P",
    "toan-so-0.xlsx": lambda _: bytes(2**20),
    "toan-so-0.xls": lambda _: bytes(2**20),
    "toan-so-0.ods": lambda _: bytes(2**20),
    "ngau-nhien.xlsb": lambda _: zlib.compress(bytes(range(256)) * 99) * 9,
    "anh.xlsx": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(5000),
    "van-ban-pdf.xlsx": lambda _: b"%PDF-1.4\n" + b"0 obj\n" * 999 + b"%%EOF",
    "van-ban-word.xlsx": text_document,
    "trang-web.xls": lambda _: PAGE.encode(),
    "trang-web-utf16.xls": lambda _: PAGE.encode("utf-16"),
    "bang-tinh-2003.xls": lambda _: OLD_XML.encode(),
    "csv.xls": lambda _: "Mã;Trạng thái\n1.1.3;Hoàn thành\n".encode(),
    "csv.xlsx": lambda _: "Mã,Trạng thái\n1.1.3,Hoàn thành\n".encode("utf-8-sig"),
    "chi-dau-ole.xls": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8000),
    "mat-khau.xlsx": fixture("mat-khau.xlsx"),
    "mat-khau.xls": fixture("mat-khau.xls"),
    "mat-khau.ods": fixture("mat-khau.ods"),
    # a form with another suffix than its own
    "phieu-xlsx.xls": lambda form: form,
    "phieu-xlsx.ods": lambda form: form,
    "phieu-xlsx.xlsb": lambda form: form,
    # broken on the way
    "nua.xlsx": lambda form: form[: len(form) // 2],
    "thieu-mot-byte.xlsx": lambda form: form[:-1],
    "thieu-dau.xlsx": lambda form: form[100:],
    "them-duoi.xlsx": lambda form: form + bytes(70_000),
    "hai-tep-lien.xlsx": lambda form: form + form,
    # parts of the package
    **{
        f"khong-co-{n}.xlsx": without(part)
        for n, part in enumerate(
            (TYPES, "_rels/.rels", BOOK, RELS, SHEET, IDENTITY, STRINGS, STYLES)
        )
    },
    "hai-trang-trung-ten.xlsx": lambda form: zipped(parts_of(form), ((SHEET, b"<worksheet/>"),)),
    "ten-di-len.xlsx": lambda form: zipped(parts_of(form), (("../../di-len.txt", b"x"),)),
    "ten-tuyet-doi.xlsx": lambda form: zipped(parts_of(form), (("/etc/cchc-di-len", b"x"),)),
    "trang-la-bieu-do.xlsx": swap(TYPES, r"worksheet\+", "chartsheet+"),
    "trang-o-noi-khac.xlsx": swap(RELS, "worksheets/sheet1.xml", "http://example.invalid/s.xml"),
    "trang-la-chinh-so.xlsx": swap(RELS, "worksheets/sheet1.xml", "workbook.xml"),
    "trang-la-anh.xlsx": swap(RELS, "worksheets/sheet1.xml", "styles.xml"),
    "khong-lien-ket.xlsx": swap(BOOK, r'r:id="rId1"', 'r:id="rId77"'),
    "khai-nho-hon.xlsx": lying_size(1),
    "khai-4-gb.xlsx": lying_size(0xFFFFFFF0),
    "nhieu-ten-trang.xlsx": many_sheets(100_000),
    "trung-ten-trang.xlsx": many_sheets(1_000, "Phiếu báo cáo"),
    # addresses
    "o-cuoi-trang.xlsx": cell("XFD1048576"),
    "o-xa.xlsx": cell("XFD9000"),
    "o-ngoai-trang.xlsx": cell("ZZZZZZ99999999"),
    "o-tran-so.xlsx": cell("ZZZZZZZZZZZZZZZ99999999999999999999"),
    "o-dong-0.xlsx": cell("A0"),
    "o-khong-so.xlsx": cell("AB"),
    "o-khong-ten.xlsx": cell(""),
    "o-nguoc.xlsx": cell("1A"),
    "dong-tran-so.xlsx": swap(SHEET, '<row r="8"', '<row r="99999999999999999999"'),
    "vung-ca-trang.xlsx": used("A1:XFD1048576"),
    "vung-nguoc.xlsx": used("Z99:A1"),
    "vung-tran-so.xlsx": used("A1:ZZZZZZZ9999999999"),
    "vung-rong.xlsx": used(""),
    "gop-ca-trang.xlsx": merged("A1:XFD1048576"),
    "gop-nguoc.xlsx": merged("Z9:A1"),
    # values
    "chuoi-so-lon.xlsx": entered("<v>99999999</v>", ' t="s"'),
    "chuoi-so-am.xlsx": entered("<v>-1</v>", ' t="s"'),
    "chuoi-khong-so.xlsx": entered("<v>x</v>", ' t="s"'),
    "kieu-la.xlsx": entered("<v>{}</v>", ' t="zzz"'),
    "mau-la.xlsx": entered("<v>{}</v>", ' s="4294967295"'),
    "vo-cung.xlsx": entered("<v>1e999</v>"),
    "am-vo-cung.xlsx": entered("<v>-inf</v>"),
    "khong-la-so.xlsx": entered("<v>NaN</v>"),
    "so-rat-lon.xlsx": entered("<v>1e308</v>"),
    "ngay-vo-ly.xlsx": entered("<v>99999999999-99-99T</v>", ' t="d"'),
    "so-dai.xlsx": entered(f"<is><t>{'9' * 100_000}</t></is>", ' t="inlineStr"'),
    "cham-dai.xlsx": entered(f"<is><t>{'1.111' * 50_000}</t></is>", ' t="inlineStr"'),
    "chu-dai.xlsx": entered(f"<is><t>{'dài ' * 500_000}</t></is>", ' t="inlineStr"'),
    # XML
    "xml-cut.xlsx": change(SHEET, lambda part: part[: len(part) * 2 // 3]),
    "xml-the-sai.xlsx": swap(SHEET, "</row>", "</rowe>"),
    "xml-utf8-sai.xlsx": change(STRINGS, lambda part: part.replace("ạ".encode(), b"\xe1\xff")),
    "xml-sau.xlsx": swap(SHEET, "<sheetData>", f"{NESTED}<sheetData>"),
    "xml-chuoi-sau.xlsx": swap(STRINGS, "<si>", f"<si>{NESTED}"),
    "ty-tieng-cuoi.xlsx": laughing(STRINGS, LAUGHS, "<t[^>]*>"),
    "ty-tieng-cuoi-trang.xlsx": laughing(SHEET, LAUGHS, "<v>"),
    "thuc-the-ngoai.xlsx": laughing(STRINGS, FOREIGN, "<t[^>]*>"),
    "thuoc-tinh-dai.xlsx": swap(SHEET, "<sheetData", f'<sheetData a="{"x" * 10**7}"'),
}

# Those that cost gigabytes where nothing stops them.
HUGE: dict[str, Make] = {
    "bom-4-gb.xlsx": with_bomb(SHEET, b"</sheetData>", ROW, 4000),
    "bom-khoang-trang.xlsx": with_bomb(IDENTITY, b"<sheetData>", b" ", 4000),
    "bom-chuoi.xlsx": with_bomb(STRINGS, b"</sst>", b"<si><t>a</t></si>", 2000),
    "bom-mot-chuoi.xlsx": with_bomb(STRINGS, b"</t>", b"a", 2000),
}


def repeated_cells(ods: bytes) -> bytes:
    """An .ods that says in one line that a whole sheet is full."""
    full = b'<table:table-cell table:number-columns-repeated="16384" office:value-type="float" '
    full += b'office:value="1"/></table:table-row></table:table>'
    row = b'<table:table-row table:number-rows-repeated="1048576">'
    parts = parts_of(ods)
    parts["content.xml"] = parts["content.xml"].replace(b"</table:table>", row + full, 1)
    return zipped(parts)


def looping_chains(xls: bytes) -> bytes:
    """An .xls whose sectors follow themselves."""
    table = struct.unpack_from("<I", xls, 76)[0]
    start = 512 * (table + 1)
    links = b"".join(struct.pack("<I", n) for n in range(128))
    return xls[:start] + links + xls[start + 512 :]


def sparse(path: Path, gigabytes: int) -> None:
    """A file of zeros that takes no room on the disk."""
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), gigabytes * 2**30)
