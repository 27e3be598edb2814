"""Ledger -> tables, report, handouts and marked files."""
