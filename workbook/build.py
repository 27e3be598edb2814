"""Build the example master workbook that stands beside this script.

It is the master that `cchc-xl init` makes of the two decisions of 2018. Run
`python workbook/build.py` after a change to how masters are written; a test holds the
built workbook to its sources.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from cchc_xl.demo import decision_paths
from cchc_xl.steps import init

BUILT = Path(__file__).with_name("CCHC-2018.xlsx")


def build() -> bytes:
    """The example master workbook."""
    with tempfile.TemporaryDirectory() as folder:
        master, _, _ = init(Path(folder) / "CCHC-2018", decision_paths())
        return master.read_bytes()


if __name__ == "__main__":
    BUILT.write_bytes(build())
    print(BUILT)
