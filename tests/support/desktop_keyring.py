"""The password store of a desktop: gnome-keyring on a D-Bus session of its own.

The library `keyring` finds it as on an officer's computer, in this process and in those it starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PATIENCE = 20.0
_DEFAULT = "/org/freedesktop/secrets/aliases/default"

# A bus that starts nothing by itself. The desktop's own starts a second, locked keyring for
# whoever asks before the first one answers.
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow eavesdrop="false"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
# Version 42 ends when a client is killed while it asks, which tests do; what it holds is on disk.
_KEYRING = """while :; do
    printf 'mo khoa' | gnome-keyring-daemon --foreground --unlock --components=secrets
    sleep 0.1
done
"""


class DesktopKeyring:
    """An unlocked keyring with nothing in it, in a folder of its own."""

    def __init__(self, folder: Path):
        run = folder / "run"
        run.mkdir(mode=0o700)
        at_home = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        environment = {**os.environ, **at_home, "XDG_RUNTIME_DIR": run}
        (folder / "bus.conf").write_text(_BUS)
        # They end with the tests even where those are killed.
        ending = ["setpriv", "--pdeathsig", "TERM"]
        bus = [*ending, "dbus-daemon", "--nofork", f"--config-file={folder / 'bus.conf'}"]
        with (folder / "out").open("wb") as out:
            self._bus = subprocess.Popen(
                [*bus, "--print-address=1"], env=environment, stdout=subprocess.PIPE, stderr=out
            )
            assert self._bus.stdout
            self.address = self._bus.stdout.readline().decode().strip()
            environment["DBUS_SESSION_BUS_ADDRESS"] = self.address
            self._keyring = subprocess.Popen(
                [*ending, "sh", "-c", _KEYRING], env=environment, stdout=out, stderr=out
            )
        self.wait()

    def wait(self) -> None:
        """Until the keyring answers and is unlocked, at first or again."""
        end = time.monotonic() + _PATIENCE
        while not self._is_open():
            if time.monotonic() > end:
                raise TimeoutError("the keyring of the tests does not open")
            time.sleep(0.02)

    def _is_open(self) -> bool:
        from secretstorage.exceptions import SecretStorageException

        try:
            with self._collection() as collection:
                return not collection.is_locked()
        except SecretStorageException:
            return False

    @contextmanager
    def _collection(self) -> Iterator:
        from jeepney.io.blocking import open_dbus_connection
        from secretstorage import Collection

        with open_dbus_connection(self.address) as connection:
            yield Collection(connection, _DEFAULT)

    def passwords(self) -> dict[tuple[str, str], str]:
        """(service, user) -> password, as the desktop itself would show them."""
        found = {}
        with self._collection() as collection:
            for item in collection.get_all_items():
                said = item.get_attributes()
                found[said["service"], said["username"]] = item.get_secret().decode()
        return found

    def clear(self) -> None:
        with self._collection() as collection:
            for item in list(collection.get_all_items()):
                item.delete()

    def close(self) -> None:
        for process in (self._keyring, self._bus):  # the last keyring ends with its bus
            process.terminate()
            process.wait(_PATIENCE)
        if self._bus.stdout:
            self._bus.stdout.close()


@pytest.fixture(scope="session")
def _keyring_of_the_session(tmp_path_factory) -> Iterator[DesktopKeyring]:
    for program in ("dbus-daemon", "gnome-keyring-daemon"):
        if not shutil.which(program):
            pytest.fail(f"{program} is missing: run tests/run, which installs it", pytrace=False)
    keyring = DesktopKeyring(tmp_path_factory.mktemp("keyring"))
    yield keyring
    keyring.close()


def look_again() -> None:
    """Have the library `keyring` look what there is: it does so once, and keeps to it."""
    import keyring.backend
    import keyring.core

    keyring.core._keyring_backend = None
    vars(keyring.backend.get_all_keyring).pop("saved_result", None)


@pytest.fixture
def keyring_of_the_desktop(_keyring_of_the_session, monkeypatch) -> Iterator[DesktopKeyring]:
    """An empty password store for the time of a test, or of what asks for it."""
    _keyring_of_the_session.wait()
    _keyring_of_the_session.clear()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", _keyring_of_the_session.address)
    look_again()
    yield _keyring_of_the_session
    look_again()


@pytest.fixture
def no_keyring(monkeypatch) -> Iterator[None]:
    """A computer without a password store, such as a server."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    look_again()
    yield
    look_again()
