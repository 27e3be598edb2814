"""The password store that other tests rely on is that of a desktop."""

from __future__ import annotations

import subprocess
import sys

import keyring
import keyring.errors
import pytest

PASSWORD = "Mật khẩu Đắk Lắk"
OTHER_PROCESS = "import keyring; print(ascii(keyring.get_password('cchc-xl', 'snv@tinh.test')))"


def test_a_password_is_kept_for_this_and_other_processes(keyring_of_the_desktop):
    assert keyring_of_the_desktop.passwords() == {}
    keyring.set_password("cchc-xl", "snv@tinh.test", PASSWORD)
    assert keyring.get_password("cchc-xl", "snv@tinh.test") == PASSWORD
    told = subprocess.check_output([sys.executable, "-c", OTHER_PROCESS], text=True)
    assert told.strip() == ascii(PASSWORD)
    assert keyring_of_the_desktop.passwords() == {("cchc-xl", "snv@tinh.test"): PASSWORD}


def test_another_test_finds_it_empty(keyring_of_the_desktop):
    assert keyring.get_password("cchc-xl", "snv@tinh.test") is None


def test_a_computer_may_have_no_password_store(no_keyring):
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.set_password("cchc-xl", "snv@tinh.test", PASSWORD)
