"""Real mail servers on loopback: Postfix takes mail in, Dovecot checks passwords, keeps mailboxes
and gives them out.

Each pytest process has its own: folder, configuration, queue, mailboxes, certificates, ports.
Nothing of the system's configuration is read or changed, and nothing leaves the machine: a mail
to a domain that is not served here comes back to its sender.
"""

from __future__ import annotations

import contextlib
import datetime
import email
import email.policy
import email.utils
import imaplib
import json
import os
import random
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient import imap_utf7

from tests.support.mail_rules import Rules, RulesServer

OFFICE = "snv@tinh.test"
UNICODE_USER = "vanthu@tinh.test"  # its password can only be sent as UTF-8
UNICODE_PASSWORD = "Mật khẩu Đắk Lắk số 1"

# One set of ports on several addresses, which differ in the certificate they show.
HOST = "localhost"
EXPIRED_HOST = "127.0.0.2"  # a certificate that has expired
OTHER_NAME_HOST = "127.0.0.3"  # a certificate for mail.khac.test
SMALL_HOST = "127.0.0.4"  # SMTP only: all is well, but it takes no mail above SMALLEST bytes
# For IMAP with STARTTLS. From its own address (localhost) Dovecot takes passwords without TLS.
STARTTLS_HOST = "127.0.0.5"
# A folder of which the server says that it holds what was sent (RFC 6154), if somebody makes it.
SENT_BY_FLAG = "Da chuyen"
LARGEST = 40 * 2**20
SMALLEST = 64 * 2**10

_POSTFIX = Path("/usr/lib/postfix/sbin")
_PATIENCE = 20.0  # seconds for anything to happen, on a machine that has much else to do

_ACCOUNTS = ("passwords", "settings")  # folders with a file for each account

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/postfix-data
command_directory = /usr/sbin
daemon_directory = {postfix}
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_protocols = ipv4
smtpd_peername_lookup = no
myhostname = mail.tinh.test
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =

# Who may send what: those who logged in, from their own address.
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/dovecot-run/auth-postfix
smtpd_sasl_security_options = noanonymous
smtpd_sender_login_maps = regexp:{{ {{ /^(.*)$$/ $$1 }} }}
smtpd_reject_unlisted_recipient = no
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{rules_port}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {folder}/good.pem
message_size_limit = {largest}

# Where it goes: into the mailboxes here, never out of this machine.
virtual_mailbox_domains = {domains}
virtual_mailbox_maps =
virtual_mailbox_limit = 0
virtual_transport = lmtp:unix:{folder}/dovecot-run/lmtp
default_transport = error:5.1.2 Domain not found
relay_transport = $default_transport
local_transport = $default_transport
mailbox_size_limit = 0
notify_classes =

# As quick as tests want it.
in_flow_delay = 0
smtpd_error_sleep_time = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""

_MASTER = """
{smtpd}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_DOVECOT = """
protocols = imap lmtp
base_dir = {folder}/dovecot-run
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
auth_verbose = yes
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/good.pem
ssl_key = <{folder}/good.pem
local {expired} {{
  ssl_cert = <{folder}/expired.pem
  ssl_key = <{folder}/expired.pem
}}
local {other_name} {{
  ssl_cert = <{folder}/other-name.pem
  ssl_key = <{folder}/other-name.pem
}}
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_username_format = %Lu
passdb {{
  driver = dict
  args = {folder}/dovecot-users.conf
}}
userdb {{
  driver = dict
  args = {folder}/dovecot-users.conf
  default_fields = uid=nobody gid=nogroup home={folder}/mail/%u
}}
mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  mailbox "{sent}" {{
    special_use = \\Sent
  }}
}}
mail_plugins = quota
plugin {{
  quota = count:Mailbox
  quota_vsizes = yes
  # The last mail that still began to fit is not let in either: full is full.
  quota_grace = 0
}}
protocol lmtp {{
  postmaster_address = postmaster@tinh.test
}}
# As quick as tests want it: no waiting after wrong passwords, processes at hand.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    address = {starttls} {bad_hosts}
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1 {bad_hosts}
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
"""

# A file for each account, read at every look-up: a passwd-file is read once in a second at most.
_USERS = """
uri = fs:posix:prefix={folder}/
default_pass_scheme = PLAIN
key password {{
  key = passwords/%u
  format = json
}}
key settings {{
  key = settings/%u
  format = json
}}
passdb_objects = password
userdb_objects = settings
"""

# Waits for the end of the test process, however that comes, and leaves nothing behind.
_KEEPER = """
cat >/dev/null
for pid in "$1/queue/pid/master.pid" "$1/dovecot-run/master.pid"; do
    [ -s "$pid" ] && kill -- "-$(tr -d ' ' <"$pid")" 2>/dev/null && sleep 1
done
rm -rf "$1"
"""


def _free_ports(count: int) -> list[int]:
    """Ports below those that the system gives out, so that a stopped server finds its own again."""
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            found += [port] if port not in found else []
    return found


def _until(happened: Callable[[], object], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False


def _greets(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1) as line:
        return bool(line.recv(1))
    return False


def _make_certificates(folder: Path) -> None:
    """ca.pem, and signed by it: a good certificate, an expired one, one for another name."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    authority = ("-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA of the tests")
    openssl("req", "-x509", *new_key, *authority, "-days", "30")
    for name, days, names in (
        ("good", 30, f"DNS:localhost,IP:127.0.0.1,IP:{SMALL_HOST},IP:{STARTTLS_HOST}"),
        ("expired", -1, f"IP:{EXPIRED_HOST}"),
        ("other-name", 30, "DNS:mail.khac.test"),
    ):
        (folder / "names").write_text(f"subjectAltName={names}\n")
        request = ("-keyout", "key", "-out", "request", "-subj", f"/CN={name}")
        openssl("req", *new_key, *request)
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        openssl("x509", "-req", "-in", "request", *signed, "-days", str(days), "-out", "signed")
        both = (folder / "key").read_bytes() + (folder / "signed").read_bytes()
        (folder / f"{name}.pem").write_bytes(both)


class MailServers:
    """An SMTP and an IMAP server with the office's mailbox, and others as they are added."""

    def __init__(self, domains: tuple[str, ...] = ("tinh.test", "thu-rieng.test")):
        # A short path: addresses of Unix sockets may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="cchc-mail-"))
        self.folder.chmod(0o755)
        keeper = ["sh", "-c", _KEEPER, "keeper", str(self.folder)]
        self._keeper = subprocess.Popen(
            keeper, stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )
        self.domains = domains
        self._passwords: dict[str, str] = {}
        self._changed: dict[str, str] = {}
        self._full: set[str] = set()
        self._uid_validity = int(time.time())
        self.rules = Rules(self._passwords)
        self._rules_server = RulesServer(self.rules)
        self._running: dict[str, subprocess.Popen] = {}
        ports = _free_ports(5)
        self.submission_port, self.smtps_port, self.smtp_without_tls_port = ports[:3]
        self.imap_port, self.imaps_port = ports[3:]
        self.ca_file = self.folder / "ca.pem"
        try:
            self._set_up()
            self.start_imap()
            self.start_smtp()
        except BaseException as error:
            error.add_note(self.logs())
            self.close()
            raise

    def _set_up(self) -> None:
        _make_certificates(self.folder)
        for name in ("postfix-data", "dovecot-run", "dovecot-state", "mail", *_ACCOUNTS):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "postfix-data", "postfix")
        shutil.chown(self.folder / "mail", "nobody")
        queue = self.folder / "queue"
        for name in (
            "active",
            "bounce",
            "corrupt",
            "defer",
            "deferred",
            "flush",
            "hold",
            "incoming",
            "maildrop",
            "private",
            "public",
            "saved",
            "trace",
        ):
            (queue / name).mkdir(parents=True)
            shutil.chown(queue / name, "postfix")
        (queue / "pid").mkdir()
        self._configure_postfix()
        self._configure_dovecot()
        for address in (OFFICE, UNICODE_USER):
            self.add(address, UNICODE_PASSWORD if address == UNICODE_USER else "")

    def _configure_postfix(self) -> None:
        services = []
        certificates = {EXPIRED_HOST: "expired.pem", OTHER_NAME_HOST: "other-name.pem"}
        for host in ("127.0.0.1", EXPIRED_HOST, OTHER_NAME_HOST, SMALL_HOST):
            options = ""
            if host in certificates:
                options += f" -o smtpd_tls_chain_files={self.folder / certificates[host]}"
            if host == SMALL_HOST:
                options += f" -o message_size_limit={SMALLEST}"
                # And it says at once whom it takes no mail from, not only at the first recipient.
                options += " -o smtpd_delay_reject=no -o smtpd_client_restrictions="
            for port, kind in (
                (self.submission_port, ""),
                (self.smtps_port, " -o smtpd_tls_wrappermode=yes"),
                (
                    self.smtp_without_tls_port,
                    " -o smtpd_tls_security_level=none -o smtpd_tls_auth_only=no",
                ),
            ):
                services.append(f"{host}:{port} inet n - n - - smtpd{kind}{options}")
        conf = self.folder / "postfix"
        conf.mkdir()
        main = _MAIN.format(
            folder=self.folder,
            postfix=_POSTFIX,
            domains=" ".join(self.domains),
            rules_port=self._rules_server.port,
            largest=LARGEST,
        )
        (conf / "main.cf").write_text(main)
        (conf / "master.cf").write_text(_MASTER.format(smtpd="\n".join(services)))

    def _configure_dovecot(self) -> None:
        text = _DOVECOT.format(
            folder=self.folder,
            expired=EXPIRED_HOST,
            other_name=OTHER_NAME_HOST,
            starttls=STARTTLS_HOST,
            sent=SENT_BY_FLAG,
            bad_hosts=f"{EXPIRED_HOST} {OTHER_NAME_HOST}",
            imap=self.imap_port,
            imaps=self.imaps_port,
        )
        (self.folder / "dovecot.conf").write_text(text)
        (self.folder / "dovecot-users.conf").write_text(_USERS.format(folder=self.folder))

    # ------------------------------------------------------------ on and off

    def start_smtp(self) -> None:
        postfix = [str(_POSTFIX / "master"), "-c", str(self.folder / "postfix"), "-d"]
        self._start("postfix", postfix, "127.0.0.1", self.smtp_without_tls_port)

    def start_imap(self) -> None:
        dovecot = ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self._start("dovecot", dovecot, STARTTLS_HOST, self.imap_port)

    def stop_smtp(self) -> None:
        """What was taken stays in the queue; who comes now is refused the connection."""
        ports = (self.submission_port, self.smtps_port, self.smtp_without_tls_port)
        self._stop("postfix", [("127.0.0.1", port) for port in ports])
        # Postfix leaves it, and the number may soon be that of another process.
        (self.folder / "queue" / "pid" / "master.pid").unlink(missing_ok=True)

    def stop_imap(self) -> None:
        """Nobody can read mail, nor log in to send it; what is underway stays in the queue."""
        self._stop("dovecot", [(HOST, self.imaps_port), (STARTTLS_HOST, self.imap_port)])

    def _start(self, name: str, command: list[str], host: str, port: int) -> None:
        if name in self._running:
            return
        with (self.folder / f"{name}.out").open("ab") as out:
            # In a session of its own: Ctrl-C is for the tests, which then end the servers.
            self._running[name] = process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        _until(lambda: _greets(host, port) or process.poll() is not None, f"{name}: no answer")
        assert process.poll() is None, f"{name} ended at once: {self.logs()}"

    def _stop(self, name: str, at: list[tuple[str, int]]) -> None:
        process = self._running.pop(name, None)
        if process:
            process.terminate()
            process.wait(_PATIENCE)
            # The last of its children may live a moment longer, and still take connections.
            _until(lambda: not any(_answers(*one) for one in at), f"{name} does not end")

    def close(self) -> None:
        self.stop_smtp()
        self.stop_imap()
        self._rules_server.shutdown()
        self._rules_server.server_close()
        if self._keeper.stdin:
            self._keeper.stdin.close()
        self._keeper.wait(_PATIENCE)

    def logs(self) -> str:
        """What the servers said, for those who look for a fault."""
        names = ("postfix.out", "postfix.log", "dovecot.out", "dovecot.log")
        files = [self.folder / name for name in names]
        return "\n".join(f.read_text("utf-8", "replace") for f in files if f.exists())

    # -------------------------------------------------------------- accounts

    def add(self, address: str, password: str = "") -> str:
        """A mailbox for an address, if there is none yet; gives the address."""
        assert address.rpartition("@")[2] in self.domains, f"{address}: of none of {self.domains}"
        if address not in self._passwords:
            self._set_password(address, password or f"mat-khau-{len(self._passwords)}")
            self.make_room(address)
        return address

    def password(self, address: str) -> str:
        return self._passwords[address]

    def change_password(self, address: str, password: str) -> None:
        """For the time of a test."""
        self._changed.setdefault(address, self._passwords[address])
        self._set_password(address, password)

    def _set_password(self, address: str, password: str) -> None:
        self._passwords[address] = password
        self._tell_dovecot("passwords", address, {"password": password})

    def make_full(self, address: str) -> None:
        """The mailbox takes nothing more. Postfix learns it on delivery: the sender gets a
        bounce. For a server that knows at once: `rules.refuse(address, OVER_QUOTA)`."""
        self._full.add(address)
        self._tell_dovecot("settings", address, {"quota_rule": "*:bytes=1"})

    def make_room(self, address: str) -> None:
        self._full.discard(address)
        self._tell_dovecot("settings", address, {"quota_rule": "*:bytes=0"})  # no limit

    def _tell_dovecot(self, kind: str, address: str, values: dict[str, str]) -> None:
        new = self.folder / "new"
        new.write_text(json.dumps(values))
        new.replace(self.folder / kind / address)

    def clear(self) -> None:
        """As at the start, but for the accounts: everything runs, nothing is in mailboxes or
        underway, nothing goes wrong."""
        self.start_imap()
        self.start_smtp()
        self.rules.clear()
        for address in list(self._full):
            self.make_room(address)
        while self._changed:
            self._set_password(*self._changed.popitem())
        self.wait_delivered()
        for address in self._passwords:
            self.empty(address)

    # -------------------------------------------------------------- mailboxes

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file))

    @contextlib.contextmanager
    def imap_as(self, address: str) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL(HOST, self.imaps_port, ssl_context=self.trust) as imap:
            imap.login(address, self.password(address))
            yield imap

    def deliveries(self, address: str) -> list[bytes]:
        """The mails in the INBOX as they lie on the disk, in the order they came."""
        return [path.read_bytes() for path in self._files(address)]

    def messages(self, address: str) -> list[EmailMessage]:
        """The same, parsed."""
        policy = email.policy.default
        return [email.message_from_bytes(m, policy=policy) for m in self.deliveries(address)]

    def _files(self, address: str) -> list[Path]:
        maildir = self.folder / "mail" / address / "Maildir"
        files = [f for part in ("new", "cur") for f in (maildir / part).glob("*")]

        def order(path: Path) -> tuple[int, int]:  # 1700000000.M123456P789...
            seconds, _, rest = path.name.partition(".")
            return int(seconds), int(rest[1:].partition("P")[0])

        return sorted(files, key=order)

    def drop(
        self, address: str, raw: bytes, when: datetime.datetime | None = None, folder: str = "INBOX"
    ) -> None:
        """Put a mail into a mailbox as it is, come at a moment (INTERNALDATE; with a zone)."""
        when = when or datetime.datetime.now(datetime.UTC)
        with self.imap_as(address) as imap:
            name = f'"{imap_utf7.encode(folder).decode()}"'
            if folder != "INBOX":
                imap.create(name)
            answer = imap.append(name, "", imaplib.Time2Internaldate(when), raw)
            assert answer[0] == "OK", answer

    def flags(self, address: str, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        r"""UID -> flags of the mails of a folder. \Recent is gone once a program has opened the
        mailbox other than for reading only; looking here changes nothing."""
        with self.imap_as(address) as imap:
            imap.select(f'"{folder}"', readonly=True)
            _, lines = imap.uid("FETCH", "1:*", "(FLAGS)")
        found = {}
        for line in filter(None, lines):
            words = line.decode().replace("(", " ").replace(")", " ").split()
            uid = int(words[words.index("UID") + 1])
            found[uid] = frozenset(word for word in words if word.startswith("\\"))
        return found

    def empty(self, address: str) -> None:
        """Make the mailbox anew; mails in it count from 1 again, under another UIDVALIDITY."""
        shutil.rmtree(self.folder / "mail" / address, ignore_errors=True)
        # Dovecot itself would take the time in seconds, twice the same for a quick test.
        self._uid_validity += 1
        self.make_folder(address, self._uid_validity)

    def make_folder(self, address: str, validity: int, name: str = "") -> None:
        """An empty folder (the INBOX unless named) that has a UIDVALIDITY."""
        maildir = self.folder / "mail" / address / "Maildir"
        folder = maildir / f".{name}" if name else maildir
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        uids = folder / "dovecot-uidlist"
        uids.write_text(f"3 V{validity} N1\n")
        for path in (maildir.parent, maildir, folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")

    # ---------------------------------------------------------------- sending

    def send_as(self, address: str, raw: bytes, to: list[str] | None = None) -> dict:
        """Log in and submit a mail, to those it names unless told; gives those refused, as
        smtplib does, and raises what smtplib raises."""
        if to is None:
            mail = email.message_from_bytes(raw)
            headers = [str(h) for n in ("To", "Cc", "Bcc") for h in mail.get_all(n, ())]
            to = [found for _, found in email.utils.getaddresses(headers)]
        with smtplib.SMTP(HOST, self.submission_port, timeout=_PATIENCE) as smtp:
            smtp.starttls(context=self.trust)
            smtp.login(address, self.password(address))
            return smtp.sendmail(address, to, raw)

    def queue_empty(self) -> bool:
        """Nothing is underway: all was delivered, or came back and that was delivered."""
        # Twice over, for a mail that moves from one folder to another meanwhile.
        queue = self.folder / "queue"
        folders = ("incoming", "active", "deferred", "bounce", "defer") * 2
        return not any(p.is_file() for folder in folders for p in (queue / folder).rglob("*"))

    def wait_delivered(self) -> None:
        _until(self.queue_empty, f"mail is stuck: {self.logs()[-2000:]}")


# ------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """The servers of this pytest process, as the last test left them: rather take `mail`."""
    if os.geteuid() != 0:
        pytest.fail("the mail servers of the tests start as root only (Postfix)", pytrace=False)
    for program in (_POSTFIX / "master", Path("/usr/sbin/dovecot")):
        if not program.exists():
            pytest.fail(f"{program} is missing: run tests/run, which installs it", pytrace=False)
    servers = MailServers()
    yield servers
    servers.close()


@pytest.fixture
def mail(mail_servers) -> MailServers:
    """The servers with empty mailboxes and nothing going wrong."""
    mail_servers.clear()
    return mail_servers
