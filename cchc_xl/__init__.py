"""CCHC-XL: a province's administrative-reform plan, from the decision to Phụ lục 2."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

__version__ = "0.1.0"

# Where the package lies: its data, and beside it the folders of a checkout.
HOME = Path(__file__).parent


def open(folder: str | PathLike[str]):
    """A plan's folder for analysts: `cchc_xl.open("CCHC-2018").facts("2018-6T")` is a pandas
    frame. Raises WorkspaceError, MasterWorkbookError."""
    from .period.opened import Opened

    return Opened(Path(folder))
