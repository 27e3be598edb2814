"""The errors that stop a step.

What a user typed in a sheet never raises: it becomes a finding (see
`findings`). An error here means that a step cannot be done at all. Each
carries one Vietnamese line that says what is wrong and what to do next, and
the exit code of the command.
"""

from __future__ import annotations


class CchcError(Exception):
    """Base of every error that a user may meet; `exit_code` is the command's."""

    exit_code = 1


class UnreadableFileError(CchcError, ValueError):
    """A file that cannot be read as what it should be."""

    exit_code = 3


class NoWorkbookError(UnreadableFileError):
    """A readable mail or archive that holds no workbook."""


class NotADecisionError(UnreadableFileError):
    """A readable document that holds no plan."""


class WorkspaceError(CchcError, OSError):
    """A workspace folder that is missing, not empty, or not one of ours."""

    exit_code = 4

    def __str__(self) -> str:  # OSError formats its arguments in its own way
        return str(self.args[0]) if self.args else ""


class MasterWorkbookError(WorkspaceError):
    """The master workbook is missing, or a sheet or column in it is."""


class UnknownPeriodError(CchcError, LookupError):
    """A reporting period that the master workbook does not list."""

    exit_code = 5


class UnknownRuleError(CchcError, LookupError):
    """A rule that there is not."""

    exit_code = 2


class UnknownRowError(CchcError, LookupError):
    """A code that no plan has."""

    exit_code = 2


class NoReturnsError(CchcError, LookupError):
    """There is nothing to consolidate."""

    exit_code = 6


class OutputError(WorkspaceError):
    """A result that could not be written; the old one is still whole."""

    exit_code = 7


class TemplateError(CchcError, ValueError):
    """A template that an officer edited and that cannot be used."""

    exit_code = 8


class AuditError(CchcError):
    """An audit that cannot be done, and therefore is not passed."""

    exit_code = 9


class MailError(CchcError):
    """Mail that cannot be sent or fetched now: a setting, the password, the network, the
    server. What went out before is noted; nothing is lost."""

    exit_code = 10


class WrongPasswordError(MailError):
    """A mail server does not take the password."""
