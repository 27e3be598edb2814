"""Everything that a mail can carry a returned workbook in."""

from __future__ import annotations

import datetime
import email
import io
import os
import random
import shutil
import subprocess
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc_xl.audit.carriers import carried
from cchc_xl.audit.check import audit
from cchc_xl.cli.steps import consolidate_period
from cchc_xl.errors import UnreadableFileError
from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.files.containers import unpack
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback, make_forms
from cchc_xl.workspace.journal import sha256_of
from tests.support.file_formats import zipped
from tests.support.forms import return_form
from tests.support.letters import LETTERS
from tests.support.mail_writers import (
    NAMINGS,
    SENT,
    XLSX,
    Attached,
    File,
    Message,
    cp1258,
    eml,
    encoded,
    forwarded,
    msg,
    multipart,
    tnef,
)

PERIOD = "2018-6T"
AGENCY = "Sở Tư pháp"
NAME = "Phiếu báo cáo Sở Tư pháp (số 1).xlsx"
NAMES = (NAME, "Báo cáo CCHC quý I - UBND huyện Cư M'gar.xls", "Phụ lục 2 – biểu mẫu_đã điền.ods")
WORKBOOK = zipped({"xl/workbook.xml": random.Random(1).randbytes(9000)})
OTHER = zipped({"xl/workbook.xml": b"other"})
MORNING = datetime.datetime(2018, 5, 18, 2, 30, tzinfo=datetime.UTC)


def names(parts) -> list[str]:
    return [part.name for part in parts]


def only(name: str, content: bytes):
    (part,) = unpack(name, content)
    assert part.content == WORKBOOK and not part.fault
    # What the product finds the audit finds too, by other means.
    assert carried(content, sha256_of(WORKBOOK), name) == WORKBOOK
    return part


# ------------------------------------------------------------------------------ names


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "binary"])
def test_a_name_encoded_in_any_way(naming, encoding):
    for name in NAMES:
        if "–" in name and "tcvn3" in naming:  # no letter of that charset
            name = name.replace("–", "-")
        part = only("thư.eml", eml([Attached(name, WORKBOOK, naming, encoding)]))
        assert part.name == f"thư.eml › {name}"
        assert part.sent == MORNING


@pytest.mark.parametrize(
    "wrap",
    [
        lambda file: tnef([file]),
        lambda file: tnef([file], codepage=65001),
        lambda file: msg(Message([file])),
        lambda file: msg(Message([file], codepage=65001)),
    ],
)
@pytest.mark.parametrize("unicode", [True, False])
def test_names_in_outlooks_formats(wrap, unicode):
    for name in NAMES:
        container = wrap(File(name, WORKBOOK, unicode=unicode))
        assert only("thư.msg", container).name == f"thư.msg › {name}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("../../etc/phiếu.xlsx", "phiếu.xlsx"),
        ("a/b\\phiếu.xlsx", "phiếu.xlsx"),
        ("phiếu › khác.xlsx", "phiếu _ khác.xlsx"),
        ("phiếu\u202excod.xlsx", "phiếuxcod.xlsx"),
        ("phiếu\x00\x07.xlsx", "phiếu.xlsx"),
        ("phiếu\r\nsố 1.xlsx", "phiếu  số 1.xlsx"),
        ('"phiếu".xlsx', 'phiếu".xlsx'),
        ("phiếu.xlsx. ", "phiếu.xlsx"),
        ("phiếu\u200b\ufeff.xlsx", "phiếu.xlsx"),
        ("PHIẾU.XLSX", "PHIẾU.XLSX"),
    ],
)
def test_names_that_are_not_what_they_seem(written, read):
    for container in (eml([Attached(written, WORKBOOK)]), msg(Message([File(written, WORKBOOK)]))):
        assert only("a.eml", container).name == f"a.eml › {read}"


def test_a_name_that_is_far_too_long_keeps_its_suffix():
    name = only("a.eml", eml([Attached("x" * 5000 + ".xlsx", WORKBOOK)])).name
    assert len(name) < 200 and name.endswith(".xlsx")


def test_unescaped_quotes_in_a_name():
    header = b'Content-Disposition: attachment; filename="phieu "moi" 1.xlsx"\r\n\r\n'
    part = only("a.eml", eml([header + WORKBOOK]))
    assert part.name == 'a.eml › phieu "moi" 1.xlsx'


def test_without_a_name_the_content_says_what_it_is():
    parts = [Attached("", WORKBOOK, kind=XLSX), Attached("", OTHER), Attached("ATT0001.bin", OTHER)]
    assert names(unpack("a.eml", eml(parts))) == [
        "a.eml › dinh-kem-1.xlsx",
        "a.eml › dinh-kem-2.xlsx",
        "a.eml › ATT0001.bin.xlsx",
    ]
    assert only("a.msg", msg(Message([File("", WORKBOOK)]))).name == "a.msg › dinh-kem-1.xlsx"


def test_two_attachments_with_one_name():
    pair = [Attached("a.xlsx", WORKBOOK), Attached("a.xlsx", OTHER), Attached("a (2).xlsx", OTHER)]
    parts = unpack("t.eml", eml(pair))
    assert len(set(names(parts))) == 3 and names(parts)[0] == "t.eml › a.xlsx"
    assert [part.content for part in parts] == [WORKBOOK, OTHER, OTHER]


def test_names_in_a_zip_of_an_old_program():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("XXXXX.xlsx", WORKBOOK)
    archive = buffer.getvalue().replace(b"XXXXX.xlsx", cp1258("Số 1.xlsx"))
    assert only("a.zip", archive).name == "a.zip › Số 1.xlsx"


# ---------------------------------------------------------------- broken and strange


@pytest.mark.parametrize(
    ("true", "said"),
    [
        ("base64", ""),
        ("base64", "7bit"),
        ("base64", "quoted-printable"),
        ("base64", "x-unknown"),
        ("binary", "base64"),
        ("quoted-printable", "base64"),
        ("quoted-printable", "8bit"),
        ("x-uuencode", "base64"),
        ("x-uuencode", "x-uuencode"),
        ("binary", "quoted-printable"),
    ],
)
def test_an_encoding_that_lies(true, said):
    only("a.eml", eml([Attached(NAME, WORKBOOK, encoding=true, said=said)]))


def base64_ruined(ruin):
    whole = encoded(WORKBOOK, "base64")
    return Attached(NAME, ruin(whole), encoding="binary", said="base64")


@pytest.mark.parametrize(
    "ruin",
    [
        lambda text: text.replace(b"=", b""),
        lambda text: text.replace(b"\r\n", b"\r\n\r\n"),
        lambda text: b"\r\n".join(b" " + line for line in text.split(b"\r\n")),
        lambda text: text.replace(b"\r\n", b"!\r\n"),
        lambda text: text.rstrip(b"\r\n") + b"\r\n_____\r\nDanh sach thu CCHC\r\n",
        lambda text: encoded(WORKBOOK[:1000], "base64") + encoded(WORKBOOK[1000:], "base64"),
    ],
)
def test_broken_base64(ruin):
    (part,) = unpack("a.eml", eml([base64_ruined(ruin)]))
    assert part.content[: len(WORKBOOK)] == WORKBOOK


@pytest.mark.parametrize(
    "options",
    [
        {"said_boundary": "khac"},
        {"said_boundary": ""},
        {"last": False},
        {"boundary": "a b+c.(d)?"},
        {"kind": "related"},
        {"kind": "x-la"},
    ],
)
def test_boundaries(options):
    assert only("a.eml", eml([Attached(NAME, WORKBOOK)], **options)).sent == MORNING


def test_mixed_in_related_in_mixed():
    inner = multipart([Attached("logo.png", b"x"), Attached(NAME, WORKBOOK)], "mixed", "trong")
    outer = multipart([b"\r\ntext\r\n", inner], "related", "trong-1")
    assert only("a.eml", eml([outer, Attached("scan.pdf", b"%PDF")])).name == f"a.eml › {NAME}"


def test_unix_and_macintosh_line_ends():
    mail = eml([Attached(NAME, WORKBOOK)])
    only("a.eml", mail.replace(b"\r\n", b"\n"))
    only("a.eml", b"From stp@example.vn Fri May 18\n" + mail.replace(b"\r\n", b"\n"))
    assert unpack("a.eml", mail.replace(b"\r\n", b"\r"))[0].content == WORKBOOK


def test_a_file_in_the_text_itself():
    text = b"Subject: x\r\nDate: Fri, 18 May 2018 09:30:00 +0700\r\n\r\nGui so\r\n\r\n"
    part = only("a.eml", text + encoded(WORKBOOK, "x-uuencode") + b"\r\nhet")
    assert (part.name, part.sent) == ("a.eml › phieu.xlsx", MORNING)


def test_what_a_macintosh_adds_is_no_return():
    double = [Attached(NAME, b"\0\5\x16\7", kind="application/applefile"), Attached(NAME, WORKBOOK)]
    only("a.eml", eml([multipart(double, "appledouble", "doi")]))


def test_one_bad_part_costs_itself():
    mail = eml(
        [
            Attached("rong.xlsx", b""),
            Attached("hong.zip", b"PK\3\4"),
            Attached("hong.msg", b"x"),
            Attached("thu.msg", OLE_SIGNATURE + bytes(900)),
            Attached(NAME, WORKBOOK),
        ]
    )
    parts = unpack("a.eml", mail)
    faults = {part.name.removeprefix("a.eml › "): part.fault for part in parts}
    assert faults.pop(NAME) == "" and parts[-1].content == WORKBOOK
    assert faults["rong.xlsx"] == "phần đính kèm không có nội dung"
    assert faults["hong.zip"] == "tệp nén bị hỏng"
    assert (
        faults["thu.msg"] == faults["hong.msg"] == ("tệp .msg bị hỏng hoặc không phải thư Outlook")
    )


def test_a_link_is_no_file():
    linked = msg(Message([File(NAME, b"")])).replace(
        bytes.fromhex("0300053706000000") + b"\1", bytes.fromhex("0300053706000000") + b"\7"
    )
    assert "đường dẫn" in unpack("a.msg", linked)[0].fault


def test_a_winmail_that_was_cut():
    cut = tnef([File("a.xlsx", WORKBOOK), File("b.xlsx", WORKBOOK, in_property=True)])
    whole, part = unpack("winmail.dat", cut[:-500])
    assert whole.content == WORKBOOK
    assert "cắt cụt" in part.fault or not part.content


def test_without_a_workbook_it_says_what_there_is():
    scans = [Attached("scan.pdf", b"%PDF"), Attached("Công văn.docx", b"PK")]
    for container in (
        eml([*scans, forwarded(eml([Attached("ảnh.png", b"x")]))]),
        msg(Message([File("scan.pdf", b"x"), File("Công văn.docx", b"x"), File("ảnh.png", b"y")])),
    ):
        with pytest.raises(UnreadableFileError) as refused:
            unpack("a.eml", container)
        assert str(refused.value) == (
            "bên trong không có bảng tính nào; có: scan.pdf, Công văn.docx, ảnh.png"
        )
    with pytest.raises(UnreadableFileError, match="2 tệp khác"):
        unpack("a.eml", eml([Attached(f"{number}.pdf", b"x") for number in range(10)]))


def test_a_dat_that_is_none():
    with pytest.raises(UnreadableFileError, match=r"winmail\.dat"):
        unpack("x.dat", b"something else")
    mail = eml([Attached("so-lieu.dat", b"x"), Attached(NAME, WORKBOOK)])
    only("a.eml", mail)
    only("a.zip", zipped({"so-lieu.dat": b"x", NAME: WORKBOOK}))


# ---------------------------------------------------------------------- mails in mails


def test_forwards_in_forwards_have_the_date_of_the_innermost():
    date = "Tue, 15 May 2018 08:00:00 +0700"
    mail = eml([Attached(NAME, WORKBOOK)], date=date, subject="V/v nộp")
    for _ in range(3):
        mail = eml([forwarded(mail)], date="Fri, 18 May 2018 09:30:00 +0700", subject="Fwd")
    part = only("a.eml", mail)
    assert part.sent == datetime.datetime(2018, 5, 15, 1, tzinfo=datetime.UTC)
    assert part.name == f"a.eml › Fwd.eml › Fwd.eml › V_v nộp.eml › {NAME}"


@pytest.mark.parametrize("date", ["", "hôm qua", "Fri, 31 Dec 9999 23:59:00 +0000", "1 Jan 1970"])
def test_of_dates_only_believable_ones(date):
    inner = eml([Attached(NAME, WORKBOOK)], date=date)
    assert only("a.eml", eml([forwarded(inner)])).sent == MORNING


@pytest.mark.parametrize("kind", ["message/rfc822", "application/octet-stream", "text/plain"])
def test_a_mail_attached_as_a_file(kind):
    inner = eml([Attached(NAME, WORKBOOK)])
    for encoding in ("base64", "8bit"):
        attached = Attached("Thư cũ.eml", inner, kind=kind, encoding=encoding)
        assert only("a.eml", eml([attached])).name == f"a.eml › Thư cũ.eml › {NAME}"


def test_a_message_in_a_msg_has_a_date_of_its_own():
    early = SENT - datetime.timedelta(days=3)
    inner = Message([File(NAME, WORKBOOK)], sent=early)
    middle = Message([File("Thư.msg", message=inner)], sent=None)
    container = msg(Message([File("x.pdf", b"x"), File("FW", message=middle)]))
    part = only("a.msg", container)
    assert part == (f"a.msg › FW.msg › Thư.msg › {NAME}", WORKBOOK, early, "")


def test_a_message_in_a_winmail_in_a_mail():
    early = SENT - datetime.timedelta(days=3)
    inner = tnef([File(NAME, WORKBOOK, in_property=True)], sent=early)
    outer = tnef([File("Thư", message=inner)], sent=SENT)
    kind = "application/ms-tnef"
    for name in ("winmail.dat", "", "message.tnef"):
        part = only("a.eml", eml([Attached(name, outer, kind=kind)]))
        assert part.sent == early and part.name.endswith(f" › Thư.msg › {NAME}")


def test_a_workbook_that_a_browser_called_zip():
    part = only("phiếu.zip", WORKBOOK)
    assert part.name == "phiếu.zip › phiếu.xlsx"


# -------------------------------------------------------------------------- any nesting

titles = st.text(LETTERS + LETTERS.upper() + " -_0123456789().,'", max_size=40).map(
    lambda text: f"P{' '.join(text.split()).rstrip(' .')}x"
)


def in_mail(name, content, deeper):
    return eml([Attached(name, content)])


def in_winmail(name, content, deeper):
    return eml([Attached("winmail.dat", tnef([File(name, content, in_property=deeper)]))])


def in_msg(name, content, deeper):
    inner = Message([File(name, content)])
    return msg(Message([File("Thư", message=inner)]) if deeper else inner)


def in_forward(name, content, deeper):
    return eml([forwarded(in_mail(name, content, deeper))], kind="related")


def in_zip(name, content, deeper):
    return zipped({f"Thư mục/{name}" if deeper else name: content})


KINDS = {in_mail: ".eml", in_winmail: ".eml", in_msg: ".msg", in_forward: ".eml", in_zip: ".zip"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    layers=st.lists(
        st.tuples(st.sampled_from(list(KINDS)), titles, st.booleans()), min_size=1, max_size=4
    ),
    title=titles,
    content=st.binary(max_size=6000),
)
def test_any_nesting_gives_back_the_workbook(layers, title, content):
    workbook = zipped({"xl/workbook.xml": content})
    name, inside = f"{title}.xlsx", workbook
    for wrap, outer, deeper in layers:
        inside = wrap(name, inside, deeper)
        name = f"{outer}{KINDS[wrap]}"
    (part,) = unpack(name, inside)
    assert part.content == workbook and not part.fault
    assert part.name.rpartition(" › ")[2].rpartition("/")[2] == f"{title}.xlsx"
    assert carried(inside, sha256_of(workbook), name) == workbook


# ------------------------------------------------------------------------------ limits


def test_too_deep():
    mail = eml([Attached(NAME, WORKBOOK)])
    for _ in range(12):
        mail = eml([forwarded(mail)])
    (part,) = unpack("a.eml", mail)
    assert part.fault == "quá nhiều lớp lồng nhau" and not part.content
    inner = Message([File(NAME, WORKBOOK)])
    for _ in range(12):
        inner = Message([File("Thư", message=inner)])
    (part,) = unpack("a.msg", msg(inner))
    assert part.fault == "quá nhiều lớp lồng nhau"


def test_multiparts_without_end():
    body = Attached(NAME, WORKBOOK).whole()
    for number in range(300):
        body = multipart([body], "mixed", f"b{number}")
    with pytest.raises(UnreadableFileError):
        unpack("a.eml", eml([body]))


def test_too_many():
    mail = eml([Attached(f"{number}.xlsx", OTHER) for number in range(600)])
    with pytest.raises(UnreadableFileError, match="quá nhiều phần đính kèm"):
        unpack("a.eml", mail)
    parts = unpack("a.zip", zipped({"a.eml": mail, "b.xlsx": WORKBOOK}))
    assert any(part.fault for part in parts) and len(parts) < 520


@pytest.mark.parametrize(
    "wrap",
    [
        lambda bomb: eml([Attached("b.zip", bomb), Attached(NAME, WORKBOOK)]),
        lambda bomb: msg(Message([File("b.zip", bomb), File(NAME, WORKBOOK)])),
        lambda bomb: tnef([File("b.zip", bomb), File(NAME, WORKBOOK)]),
    ],
)
def test_a_bomb_is_refused_and_its_neighbour_is_not(wrap):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(20):
            archive.writestr(f"{number}.xlsx", bytes(20 * 2**20))
    bomb, good = unpack("a.msg", wrap(buffer.getvalue()))
    assert bomb.fault == "tệp nén quá lớn, có thể là tệp độc hại" and not bomb.content
    assert good.content == WORKBOOK


INNER = Message([File("c.xlsx", OTHER)])
KIND_SEEDS = {
    "a.eml": eml(
        [
            Attached("a.xlsx", OTHER),
            forwarded(eml([Attached("b.xlsx", OTHER, "word-q")])),
            Attached("c.xlsx", OTHER, encoding="x-uuencode"),
        ]
    ),
    "a.msg": msg(Message([File("a.xlsx", OTHER), File("b", message=INNER)])),
    "a.dat": tnef([File("a.xlsx", OTHER), File("b", message=tnef([File("c.xlsx", OTHER)]))]),
    "b.eml": eml([Attached("winmail.dat", tnef([File("a.xlsx", OTHER)]), "raw-1258")]),
    "a.zip": zipped({"a.eml": eml([Attached("a.xlsx", OTHER)]), "b.xlsx": OTHER}),
}
ROUNDS = int(os.environ.get("CCHC_SEEDS", "2")) * 100


@pytest.mark.parametrize("name", KIND_SEEDS)
def test_whatever_is_done_to_one_it_is_read_or_refused(name):
    chance = random.Random(name)
    for _ in range(ROUNDS):
        data = bytearray(KIND_SEEDS[name])
        for _ in range(chance.choice([1, 1, 3, 30])):
            at = chance.randrange(len(data))
            deed = chance.randrange(5)
            if deed == 0 and len(data) > 100:
                del data[at : at + chance.choice([1, 16, 512, len(data) // 2])]
            elif deed == 1:
                data[at : at + 4] = chance.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0"])
            elif deed == 2:
                data[at:at] = data[at : at + chance.choice([1, 64, 512])]
            else:
                data[at] = chance.randrange(256)
            if not data:
                break
        start = time.monotonic()
        try:
            parts = unpack(name, bytes(data))
        except UnreadableFileError as error:
            assert str(error)
        else:
            assert len(parts) <= 500
            assert all(part.name.isprintable() for part in parts)
        assert time.monotonic() - start < 4


# ------------------------------------------------------- the writers, held by other readers


def test_our_winmail_is_read_by_another_program(tmp_path):
    (tmp_path / "w.dat").write_bytes(tnef([File("a.xlsx", WORKBOOK), File(NAME, OTHER)]))
    subprocess.run(["tnef", "-C", tmp_path, tmp_path / "w.dat"], check=True)
    assert (tmp_path / "a.xlsx").read_bytes() == WORKBOOK
    assert (tmp_path / NAME).read_bytes() == OTHER


def test_our_msg_is_read_by_another_program(tmp_path):
    """The module that msgconvert is made of; the command itself asks for one that Debian's package
    does not bring."""
    big = random.Random(2).randbytes(9_000_000)  # beyond what a header alone can list
    inner = Message([File("trong.xlsx", WORKBOOK)])
    path = tmp_path / "a.msg"
    path.write_bytes(
        msg(
            Message(
                [
                    File("a.xlsx", WORKBOOK),
                    File("be.xlsx", OTHER[:99]),
                    File("lon.xlsx", big),
                    File("Thư", message=inner),
                ]
            )
        )
    )
    code = "print Email::Outlook::Message->new($ARGV[0])->to_email_mime->as_string"
    run = subprocess.run(
        ["perl", "-MEmail::Outlook::Message", "-e", code, path], check=True, capture_output=True
    )
    message = email.message_from_bytes(run.stdout)
    assert "18 May 2018" in message["Date"]
    found = {part.get_filename(): part.get_payload(decode=True) for part in message.walk()}
    assert (found["a.xlsx"], found["be.xlsx"], found["lon.xlsx"]) == (WORKBOOK, OTHER[:99], big)
    assert found["trong.xlsx"] == WORKBOOK
    # And what that program makes of it is a mail that is read again.
    assert WORKBOOK in [part.content for part in unpack("a.eml", run.stdout)]


# --------------------------------------------------------------------------- end to end

ENTRIES = {
    "1.1.3": {"status": "Hoàn thành", "percent": 100, "spent": 14.25},
    "1.3.4": {"status": "Đang thực hiện", "percent": 45.5, "spent": 40},
}


def as_msg(name, content):
    return "Phiếu STP.msg", msg(Message([File("CV.pdf", b"%PDF"), File(name, content)]))


def as_winmail(name, content):
    files = tnef([File(name, content, unicode=False, in_property=True)])
    return "Phiếu STP.eml", eml([Attached("winmail.dat", files, kind="application/ms-tnef")])


def as_forwards(name, content):
    inner = eml([Attached(name, content, "raw-1258")])
    return "Fwd.eml", eml([forwarded(eml([forwarded(inner)], kind="related"))])


def as_bare_winmail(name, content):
    return "winmail.dat", tnef([File("Thư", message=tnef([File(name, content)], sent=SENT))])


@pytest.mark.parametrize("wrap", [as_msg, as_winmail, as_forwards, as_bare_winmail])
@pytest.mark.long
def test_from_the_mail_to_the_figures(workspace, tmp_path, wrap):
    form = make_forms(load(workspace), PERIOD)[0][AGENCY]
    filled = return_form(form, tmp_path, ENTRIES, NAME).read_bytes()
    name, content = wrap(NAME, filled)
    inbox = workspace / PERIOD / "nhan-ve"
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_bytes(content)
    done = consolidate_period(load(workspace), PERIOD)
    one = done.ledger.accepted[AGENCY]
    assert one.file.startswith(f"{name} › ") and one.file.endswith(f" › {NAME}")
    assert one.arrived == SENT
    spent = {code: done.ledger.items["3598-2017", code].spent for code in ENTRIES}
    assert spent == {"1.1.3": 14_250_000, "1.3.4": 40_000_000}
    assert audit(load(workspace).workspace, PERIOD).differences == ()
    assert AGENCY in make_feedback(load(workspace), PERIOD)[0]


def test_a_carrier_that_lost_its_workbook_fails_the_audit():
    with pytest.raises(UnreadableFileError, match="không thấy"):
        carried(eml([Attached(NAME, OTHER)]), sha256_of(WORKBOOK), "a.eml")


def test_the_other_readers_are_installed():
    assert shutil.which("tnef") and shutil.which("msgconvert"), "run tests/run, which installs them"
