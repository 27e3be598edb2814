"""CCHC-XL: a province's administrative-reform plan, from the decision to Phụ lục 2."""

from pathlib import Path

__version__ = "0.1.0"

# Where the package lies: its data, and beside it the folders of a checkout.
HOME = Path(__file__).parent
