"""The office that mails: its workspace, the sheet Thư điện tử filled in as an officer would, and
its password in the desktop's own store."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cchc_xl.mail.carriers import Delivered
from cchc_xl.mail.collecting import Fetched, fetch
from cchc_xl.mail.mailbox import open_mailbox
from cchc_xl.mail.outgoing import Outgoing, deliver, mail_settings, open_carrier, prepare
from cchc_xl.mail.passwords import keep_password, needed_password
from cchc_xl.mail.seen_mails import note_told
from cchc_xl.master.mail_settings import SMTP, MailSettings
from cchc_xl.master.opening import Loaded, load, master_path
from cchc_xl.plan.mail_kinds import MailKind
from tests.support.mail_servers import HOST, OFFICE, MailServers
from tests.support.scripted_agencies import ScriptedAgencies, address_of, enter_addresses

PERIOD = "2018-6T"
THREE = ("Sở Tư pháp", "Sở Y tế", "UBND huyện Lắk")


def fill_in(master: Path, **said: object) -> None:
    """Type values on the sheet Thư điện tử, by the names of its lines with _ for blanks."""
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    page: Any = workbook["Thư điện tử"]
    lines = {str(page.cell(row, 1).value): row for row in range(5, page.max_row + 1)}
    for name, value in said.items():
        page.cell(lines[name.replace("_", " ")], 2).value = value
    workbook.save(master)


def set_up(root: Path, servers: MailServers, addresses: Mapping[str, str]) -> None:
    """Make a workspace's office one that mails through the servers of the tests."""
    master = master_path(root)
    enter_addresses(master, addresses)
    shutil.copy(servers.ca_file, root / "ca.pem")
    fill_in(
        master,
        Cách_gửi=SMTP,
        Địa_chỉ_thư=OFFICE,
        Người_liên_hệ="Phòng Cải cách hành chính",
        Điện_thoại_liên_hệ="0262 3 000 000",
        Số_thư_mỗi_phút=9000,
        Tệp_chứng_thư="ca.pem",
        **_servers(servers, HOST, HOST),
    )


def _servers(servers: MailServers, smtp: str, imap: str) -> dict[str, object]:
    return {
        "Máy_chủ_gửi_(SMTP)": smtp,
        "Cổng_gửi": servers.submission_port,
        "Máy_chủ_nhận_(IMAP)": imap,
        "Cổng_nhận": servers.imaps_port,
    }


class Office:
    """An office whose mail goes through the servers of the tests."""

    def __init__(self, root: Path, servers: MailServers):
        self.root, self.servers = root, servers

    def set_servers(self, smtp: str, imap: str = HOST, **said: object) -> None:
        self.fill_in(**_servers(self.servers, smtp, imap) | said)

    def fill_in(self, **said: object) -> None:
        fill_in(master_path(self.root), **said)

    def keep_password(self, password: str = "") -> None:
        for server in (self.settings.smtp, self.settings.imap):
            keep_password(server, password or self.servers.password(OFFICE))

    @property
    def loaded(self) -> Loaded:
        return load(self.root)

    @property
    def settings(self) -> MailSettings:
        return mail_settings(self.loaded)

    def prepare(self, kind: MailKind, again: Collection[str] = ()) -> Outgoing:
        return prepare(self.loaded, PERIOD, kind, again)

    def send(self, kind: MailKind, again: Collection[str] = ()) -> Delivered:
        loaded, outgoing = self.loaded, self.prepare(kind, again)
        return deliver(loaded, outgoing, lambda: open_carrier(loaded, outgoing))

    def fetch(self) -> Fetched:
        loaded, settings = self.loaded, self.settings
        password = needed_password(settings.imap)
        fetched = fetch(loaded, PERIOD, settings, lambda: open_mailbox(settings, password))
        note_told(loaded.workspace, fetched.lines)
        return fetched


# ------------------------------------------------------------------- fixtures


def _set_up_for(names: Collection[str] | None, start: Path, folder: Path, servers) -> Path:
    root = shutil.copytree(start, folder / "CCHC-2018")
    names = names or load(root).programme.registry.by_name
    set_up(root, servers, {name: address_of(name) for name in names})
    return root


@pytest.fixture(scope="session")
def _office_of_three(_initial_workspace, mail_servers, tmp_path_factory) -> Path:
    return _set_up_for(THREE, _initial_workspace, tmp_path_factory.mktemp("three"), mail_servers)


@pytest.fixture(scope="session")
def _office_of_all(_initial_workspace, mail_servers, tmp_path_factory) -> Path:
    return _set_up_for(None, _initial_workspace, tmp_path_factory.mktemp("all"), mail_servers)


@pytest.fixture
def office(_office_of_three, mail, keyring_of_the_desktop, tmp_path) -> Office:
    """An office that has the addresses of three agencies, and its password."""
    for name in THREE:
        mail.add(address_of(name))
    office = Office(shutil.copytree(_office_of_three, tmp_path / "CCHC-2018"), mail)
    office.keep_password()
    return office


@pytest.fixture
def agencies(office, mail) -> ScriptedAgencies:
    """Agencies that have their forms."""
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD, THREE)
    office.send(MailKind.FORM)
    mail.wait_delivered()
    for one in agencies.officers.values():
        assert one.look()
    return agencies


@pytest.fixture
def office_of_all(_office_of_all, mail, keyring_of_the_desktop, tmp_path) -> Office:
    """An office that has the addresses of all agencies, and its password."""
    office = Office(shutil.copytree(_office_of_all, tmp_path / "CCHC-2018"), mail)
    office.keep_password()
    return office
