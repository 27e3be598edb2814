"""The issued workbook that the audit is tried on."""

from __future__ import annotations

from pathlib import Path

PERIOD = "2018-6T"
# Returns with money, errors, two versions, and of a district.
KEPT = ("So-Noi-vu", "Van-phong", "So-Tu-phap", "Van-hoa", "So-Y-te", "Krong-Ana", "Krong-Pac")


def issued(root: Path, period: str = PERIOD) -> Path:
    return root / period / "tong-hop" / f"Phu-luc-2_{period}.xlsx"
