"""CCHC-XL: a province's administrative-reform plan, from the decision to Phụ lục 2."""

__version__ = "0.1.0"
