"""The errors and the warning of sahelgeo.

::

    SahelgeoError
    ├── SchemaError                (ValueError)       a table breaks a rule of its declaration: ``.problems``
    │   ├── WindowError                               a period that the data do not cover
    │   ├── FlowPeriodError                           flows that lie across two periods: ``.rows``
    │   └── StockComparisonError                      counts that cannot be compared
    ├── FormatError                (ValueError)       a file is not what its reader takes
    ├── CRSError                   (ValueError)       no CRS, or two that differ
    ├── GridError                  (ValueError)       a grid that cannot be added up
    ├── LanguageError              (ValueError)       a language, or words of it, that are not there
    ├── UnmatchedError             (LookupError)      rows that no area answers to: ``.rows``
    ├── AmbiguousError             (LookupError)      more than one answer: ``.candidates``
    ├── DoubleCountError           (ValueError)       a sum that would count people twice: ``.rows``
    │   └── DuplicateEventError                       an event more than once: ``.rows``, ``.table``
    ├── EditionError               (ValueError)       two editions of the boundaries mixed
    ├── AreasNotEmbeddedError      (LookupError)      areas that do not come with sahelgeo
    ├── PcodesNotEmbeddedError     (LookupError)      lists of p-codes that do not come with it
    ├── SampleNotFoundError        (LookupError)      a sample that does not come with it
    ├── PublishedError             (LookupError)      published figures that do not come with it
    ├── PartError                  (RuntimeError)     a part of the data that no worker came through with
    ├── ExtraNotInstalledError     (ImportError)      a package of an extra is not installed
    ├── FetchError                 (OSError)          a publisher's file could not be had: ``.reason``, ``.feed``
    │   ├── KeyNeededError         (PermissionError)  no key, or one that the publisher refuses
    │   └── OfflineError           (FileNotFoundError) asked to stay offline, and the file is not here
    └── ExportError                (OSError)          what cannot be written, or would overwrite other files
    DataWarning                    (UserWarning)      the result is right but partial

Each error is also the builtin in brackets, so code that catches builtins goes on working, and comes whole out of
another process, with its rows.
"""

from __future__ import annotations

import inspect
import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

SHOWN_AT_MOST = 5
LONGEST_MESSAGE = 2_000


class SahelgeoError(Exception):
    """The root of all errors that sahelgeo raises on purpose.

    What a file holds may be in its message: control characters, which a terminal would obey, are shown as their code,
    and of a long message the beginning and the end.
    """

    def __str__(self) -> str:
        return _message(super().__str__())

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their message alone, which those that carry rows do not take.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[SahelgeoError], args: tuple[Any, ...], held: dict[str, Any]) -> SahelgeoError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(held)
    return error


class SchemaError(SahelgeoError, ValueError):
    """A table breaks one or more rules of its declaration.

    Attributes
    ----------
    problems : list of str
        One sentence for each problem: column, rows, rule, what to do.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["BF56"], "date": "2020-09-06", "people": [-5], "group": "idp",
    ...                        "source": "CONASUR"})
    >>> try:
    ...     sg.conform(counts, "stocks")
    ... except sg.errors.SchemaError as error:
    ...     print(error.problems[0])
    column 'people', row 0 (-5): not 0 or more. Leave the cell empty where the value is unknown
    """

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems if problems is not None else [message]


class FormatError(SahelgeoError, ValueError):
    r"""A file is not what the reader takes.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> try:
    ...     sg.read(io.BytesIO(b"REGIONS,PROVINCES,COMMUNES\nSAHEL,SOUM,DJIBO"))
    ... except sg.errors.FormatError as error:
    ...     print(str(error).split(". ")[2][:80])
    Nearest: CONASUR's table of internally displaced people by commune, Burkina Faso
    """


class CRSError(SahelgeoError, ValueError):
    """Coordinates without a reference system, or in two different ones.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> try:
    ...     sg.places.check_areas(sg.load_areas("BFA").set_crs(None, allow_override=True))
    ... except sg.errors.CRSError as error:
    ...     print(type(error).__name__)
    CRSError
    """


class UnmatchedError(SahelgeoError, LookupError):
    """Rows that no area answers to.

    Attributes
    ----------
    rows : pandas.DataFrame
        The rows, as they were given.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["BF56", "BF99"], "people": [10, 5]})
    >>> try:
    ...     sg.attach_areas(counts, sg.load_areas("BFA"))
    ... except sg.errors.UnmatchedError as error:
    ...     print(error.rows)
      pcode  people
    1  BF99       5
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

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["MR01"], "place": ["Adrar"], "people": [40]})
    >>> try:
    ...     sg.attach_areas(counts, sg.load_areas("MRT"))
    ... except sg.errors.AmbiguousError as error:
    ...     print(str(error).split(". ")[0])
    1 of 1 rows have a code that the name beside it contradicts (rows 0): MR01 is Hodh Chargui, the row says 'Adrar'
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

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": "BF56", "date": ["2020-09-06", "2020-11-10"], "people": [300, 350],
    ...                        "group": "idp", "source": "CONASUR"})
    >>> try:
    ...     sg.sum_stocks(counts)
    ... except sg.errors.DoubleCountError as error:
    ...     print(error.rows["date"].dt.strftime("%Y-%m-%d").tolist())
    ['2020-09-06', '2020-11-10']
    """

    def __init__(self, message: str, rows: pd.DataFrame) -> None:
        super().__init__(message)
        self.rows = rows


class EditionError(SahelgeoError, ValueError):
    """Values of one edition of the boundaries used with areas of another.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> try:
    ...     sg.convert_edition(pd.DataFrame({"pcode": ["BF5603"], "people": [100]}), to="BFA 2025")
    ... except sg.errors.EditionError as error:
    ...     print(str(error).split(". ")[0])
    1 areas split, and the people of their parts are not known: Soum (BF5603) into Djelgodji, Karo-Peli
    """


class DuplicateEventError(DoubleCountError):
    r"""Events that stand more than once: copies, or one event in two exports that differ.

    Attributes
    ----------
    rows : pandas.DataFrame
        Every row of the events that stand more than once.
    table : pandas.DataFrame
        The whole table of events, so that a file that is refused can still be mended:
        ``sg.events.newest_export(error.table)``.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,event_type,actor1,country,latitude,longitude,fatalities,timestamp",
    ...          "BFO1,2020-06-01,Battles,Invented Front,Burkina Faso,14.1,-1.6,3,1594944000",
    ...          "BFO1,2020-06-01,Battles,Invented Front,Burkina Faso,14.1,-1.6,5,1597881600"]
    >>> try:
    ...     events = sg.read(io.BytesIO("\n".join(lines).encode()))
    ... except sg.errors.DuplicateEventError as error:
    ...     events = sg.conform(sg.events.newest_export(error.table), "events")
    >>> events["fatalities"].tolist()
    [5]
    """

    def __init__(self, message: str, rows: pd.DataFrame, table: pd.DataFrame) -> None:
        super().__init__(message, rows)
        self.table = table


class GridError(SahelgeoError, ValueError):
    """A grid that cannot be read as asked: uneven, shifted against another, of several bands, or of the wrong kind.

    Examples
    --------
    >>> import sahelgeo as sg, xarray as xr
    >>> rain = xr.DataArray([[1.0, 2.0]], dims=("row", "column"))
    >>> try:
    ...     sg.zonal_sum(rain, sg.load_areas("BFA"), measure="count")
    ... except sg.errors.GridError as error:
    ...     print(str(error).split(". ")[0])
    the array has dimensions row, column
    """


class WindowError(SchemaError):
    """A period that the data do not cover."""


class AreasNotEmbeddedError(SahelgeoError, LookupError):
    """Areas asked for that the embedded file does not hold."""


class ExportError(SahelgeoError, OSError):
    """A file that cannot be written, or a folder that holds other files and would have been replaced."""


class ExtraNotInstalledError(SahelgeoError, ImportError):
    """A function needs a package that belongs to an extra of sahelgeo."""


class FetchError(SahelgeoError, OSError):
    """A file could not be had from its publisher, or is not what was asked for. Nothing of it is kept.

    Attributes
    ----------
    feed, address : str
        What was asked for, and where; never with a key.
    status : int or None
        The status of the answer, where there was one.
    reason : str
        One of "unreachable", "refused", "busy", "not_found", "wrong_content", "incomplete", "empty", "changed",
        "too_large".
    attempts : int
        How often it was tried.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> try:
    ...     sg.fetch("ucdp", vintage="99.9", offline=True)
    ... except sg.errors.FetchError as error:
    ...     print(error.feed, error.reason)
    ucdp not_found
    """

    feed = address = ""
    reason = "unreachable"
    status: int | None = None
    attempts = 1

    def __new__(cls, message: str, **facts: Any) -> FetchError:  # noqa: D102 (the class says it)
        # An OSError that has an __init__ of its own is not rebuilt from its message alone.
        made = super().__new__(cls, message)
        made.__dict__.update(facts)
        return made


class KeyNeededError(FetchError, PermissionError):
    """A feed needs a key that is not set, or that its publisher refuses: which variable, and where to get one."""

    reason = "refused"


class OfflineError(FetchError, FileNotFoundError):
    """Asked to stay offline, and no such file was fetched before: the message lists what there is."""

    reason = "not_found"


class FlowPeriodError(SchemaError):
    """Flows whose periods do not lie within the periods asked for.

    Attributes
    ----------
    rows : pandas.DataFrame
        The flows.
    """

    def __init__(self, message: str, rows: pd.DataFrame) -> None:
        super().__init__(message)
        self.rows = rows


class LanguageError(SahelgeoError, ValueError):
    """A language that sahelgeo has no words in."""


class PartError(SahelgeoError, RuntimeError):
    """A part of the data has no answer: it killed its worker again and again, or the engine left it out."""


class PcodesNotEmbeddedError(SahelgeoError, LookupError):
    """P-codes asked for that the embedded list does not hold."""


class PublishedError(SahelgeoError, LookupError):
    """Published figures that sahelgeo does not hold."""


class SampleNotFoundError(SahelgeoError, LookupError):
    """A sample that sahelgeo does not hold."""


class StockComparisonError(SchemaError):
    """Two counts that differ in more than their day, so that their difference would mean nothing."""


class DataWarning(UserWarning):
    """The result is right but partial: rows, people or areas are missing from it."""

    def __str__(self) -> str:
        return _message(super().__str__())


def printable(text: str) -> str:
    """A text without what a terminal would obey or cannot write: control characters and half letters as their code."""
    if text.isprintable():
        return text
    kept = [letter == "\n" or letter.isprintable() or (letter.isspace() and letter >= "\xa0") for letter in text]
    return "".join(letter if keep else f"\\x{ord(letter):02x}" for letter, keep in zip(text, kept, strict=True))


def _message(text: str) -> str:
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE - 300]} [...] {text[-200:]}"
    return printable(text)[:LONGEST_MESSAGE]


# What a part of the data has to say is heard here, where the whole is not known yet; each thread has its own.
_HEARD: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextmanager
def hearing() -> Iterator[list[str]]:
    """Gather what :func:`warn` is given, in place of warning."""
    messages: list[str] = []
    before = _HEARD.set(messages)
    try:
        yield messages
    finally:
        _HEARD.reset(before)


def warn(message: str) -> None:
    """Warn of a partial result, at the line outside of sahelgeo that asked for it."""
    heard = _HEARD.get()
    if heard is not None:
        heard.append(message)
        return
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith("sahelgeo."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, DataWarning, stacklevel=level)


def listed(values: Sequence[Any], at_most: int) -> str:
    """The first values with commas, and how many more there are."""
    words = [str(value) if len(str(value)) <= 80 else f"{str(value)[:77]}..." for value in values[:at_most]]
    more = len(values) - len(words)
    return ", ".join(words) + (f" and {more:,} more" if more > 0 else "")
