"""The errors and the warning of sahelgeo.

::

    SahelgeoError
    ├── SchemaError       (ValueError)   a table breaks a rule of its declaration
    ├── FormatError       (ValueError)   a file is not what its reader takes
    ├── CRSError          (ValueError)   no CRS, or two that differ
    ├── UnmatchedError    (LookupError)  rows that no area answers to: ``.rows``
    ├── AmbiguousError    (LookupError)  more than one answer: ``.candidates``
    ├── DoubleCountError  (ValueError)   a sum that would count people twice: ``.rows``
    └── EditionError      (ValueError)   two editions of the boundaries mixed
    DataWarning           (UserWarning)  the result is right but partial

Each error is also the builtin in brackets, so code that catches builtins goes on working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

SHOWN_AT_MOST = 5


class SahelgeoError(Exception):
    """The root of all errors that sahelgeo raises on purpose."""


class SchemaError(SahelgeoError, ValueError):
    """A table breaks one or more rules of its declaration.

    Attributes
    ----------
    problems : list of str
        One sentence for each problem: column, rows, rule, what to do.
    """

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems if problems is not None else [message]


class FormatError(SahelgeoError, ValueError):
    """A file is not what the reader takes."""


class CRSError(SahelgeoError, ValueError):
    """Coordinates without a reference system, or in two different ones."""


class UnmatchedError(SahelgeoError, LookupError):
    """Rows that no area answers to.

    Attributes
    ----------
    rows : pandas.DataFrame
        The rows, as they were given.
    """

    def __init__(self, message: str, rows: pd.DataFrame) -> None:
        super().__init__(message)
        self.rows = rows


class AmbiguousError(SahelgeoError, LookupError):
    """More than one answer, and no rule that chooses.

    Attributes
    ----------
    candidates : pandas.DataFrame
        The answers that remain, with their evidence.
    """

    def __init__(self, message: str, candidates: pd.DataFrame) -> None:
        super().__init__(message)
        self.candidates = candidates


class DoubleCountError(SahelgeoError, ValueError):
    """A sum that would count the same people more than once.

    Attributes
    ----------
    rows : pandas.DataFrame
        The rows that clash.
    """

    def __init__(self, message: str, rows: pd.DataFrame) -> None:
        super().__init__(message)
        self.rows = rows


class EditionError(SahelgeoError, ValueError):
    """Values of one edition of the boundaries used with areas of another."""


class DataWarning(UserWarning):
    """The result is right but partial: rows, people or areas are missing from it."""


def listed(values: Sequence[Any], at_most: int) -> str:
    """The first values with commas, and how many more there are."""
    words = [str(value) if len(str(value)) <= 80 else f"{str(value)[:77]}..." for value in values[:at_most]]
    more = len(values) - len(words)
    return ", ".join(words) + (f" and {more:,} more" if more > 0 else "")
