"""The classes of the phase scale: their words, colours and symbols, and phases as a type that cannot be averaged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from sahelgeo.embedded import read_frame, read_rows
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.tables import PHASE_STATES
from sahelgeo.words import word

PHASES = (1, 2, 3, 4, 5)
PHASE_DTYPE = pd.CategoricalDtype(list(PHASES), ordered=True)
CLASSES = (*map(str, PHASES), *PHASE_STATES)
# What other feeds write in the place of a phase; FEWS NET's codes and the zero of tables without a phase.
FOREIGN_CODES = {0: "no phase", 66: "water", 88: "park", 99: "missing"}


@dataclass(frozen=True)
class PhaseClass:
    """How one phase, or one kind of missing phase, is called and drawn.

    Attributes
    ----------
    key : str
        "1" to "5", or the state: not_analysed, inadequate_evidence, no_access, no_data.
    label_en, label_fr : str
        Official English wording; the wording of Cadre Harmonisé.
    colour, text_colour : str
        Fill, and text on that fill, as #RRGGBB.
    hatch : str
        "", "diagonal", "cross" or "dots".
    """

    key: str
    label_en: str
    label_fr: str
    colour: str
    text_colour: str
    hatch: str

    def label(self, lang: str) -> str:
        """The wording in a language, with the number for a phase."""
        name = word(f"class_{self.key}", lang)
        return name if self.key in PHASE_STATES else f"{self.key} {name}"


@lru_cache(maxsize=1)
def phase_classes() -> tuple[PhaseClass, ...]:
    """The five phases in order, then the kinds of missing phase."""
    return tuple(
        PhaseClass(row["class"], row["label_en"], row["label_fr"], row["colour"], row["text_colour"], row["hatch"])
        for row in read_rows("phases.csv")
    )


def load_classes() -> pd.DataFrame:
    """The five phases and the four kinds of missing phase: words, colours, where they come from.

    Returns
    -------
    pandas.DataFrame
        Index ``class``: "1" to "5", then the states. Columns:

        - ``label_en`` (IPC), ``label_fr`` (Cadre Harmonisé), ``label_en_household`` (what phase 5 is called for
          households), ``label_fr_fewsnet``;
        - ``colour``, ``text_colour`` (#RRGGBB) and ``hatch``;
        - ``source``, ``certainty``.

    See Also
    --------
    sahelgeo.phases.load_symbols : Symbols of the mapping protocol.
    sahelgeo.maps.PhaseLayer : Areas in the official colours of their phase.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.phases.load_classes()[["label_en", "label_fr", "colour"]].head(3)
               label_en         label_fr   colour
    class
    1      None/Minimal  Aucune/minimale  #CDFACD
    2          Stressed    Sous pression  #FAE61E
    3            Crisis            Crise  #E67800
    """
    return read_frame("phases.csv", keep_default_na=False).set_index("class")


def load_symbols() -> pd.DataFrame:
    """The symbols beside the colours: sacks and exclamation marks for food assistance, stars for evidence, settlements.

    Sacks belong to IPC 3.1, the exclamation mark to FEWS NET and older IPC maps; neither is ever turned into the other.

    Returns
    -------
    pandas.DataFrame
        Index ``symbol``; ``glyph`` (text to draw), ``meaning_en``, ``meaning_fr``, ``scheme`` (whose maps have it),
        ``source``, ``certainty``.

    See Also
    --------
    sahelgeo.phases.load_classes : Names and colours of the phases.
    sahelgeo.maps.PhaseLayer : Areas in the official colours of their phase.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> symbols = sg.phases.load_symbols()
    >>> symbols.loc[["evidence_2", "one_phase_worse"], ["glyph", "scheme"]]
                    glyph                   scheme
    symbol
    evidence_2         **                  IPC 3.1
    one_phase_worse     !  FEWS NET, IPC before 3.1
    """
    return read_frame("phase_symbols.csv", keep_default_na=False).set_index("symbol")


def categorical(phases: pd.Series, states: pd.Series | None = None) -> pd.Series:
    """Phases as an ordered category: they compare and sort, and no arithmetic can be done with them.

    Phase 4 is above phase 2, but not twice it, and their mean is not phase 3. pandas raises a TypeError for the sum or
    the mean of a category.

    Parameters
    ----------
    phases : pandas.Series
        Whole numbers 1 to 5, missing where there is no phase.
    states : pandas.Series, optional
        Why there is no phase: not_analysed, inadequate_evidence, no_access or no_data; with the index of ``phases``.

    Returns
    -------
    pandas.Series
        With the index and name of ``phases``: without states, an ordered category of 1 to 5, missing where there is no
        phase. With states, a category of "1" to "5" and the states, without order, since a state is neither above nor
        below a phase; where a row has neither, it is "no_data".

    Raises
    ------
    SchemaError
        Anything but 1 to 5, such as 6, or 0, 66, 88 and 99 of other feeds; an unknown state; a row with both; no
        Series, or another index.

    See Also
    --------
    area_phase : The phase of each area by the 20 % rule.
    sahelgeo.phases.load_classes : Names and colours of the phases.

    Notes
    -----
    The IPC scale is ordinal: a phase says which condition holds, not how much of it (IPC Technical Manual 3.1).

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> phases = sg.phases.categorical(pd.Series([2, 4, None]))
    >>> (phases >= 3).tolist(), int(phases.max())
    ([False, True, False], 4)
    >>> phases.mean()  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    TypeError: 'Categorical' with dtype category does not support operation 'mean'
    """
    _refuse_other_rows(phases, states)
    numbers = whole_phases(phases)
    if states is None:
        return numbers.astype(object).where(numbers.notna(), None).astype(PHASE_DTYPE)
    unknown = states.notna() & ~states.isin(PHASE_STATES)
    both = states.notna() & numbers.notna()
    problems = []
    if unknown.any():
        problems.append(
            f"states {listed(sorted(set(states[unknown])), SHOWN_AT_MOST)} are not among {', '.join(PHASE_STATES)}"
        )
    if both.any():
        problems.append(
            f"row(s) {listed(list(numbers.index[both]), SHOWN_AT_MOST)} have a phase and a state. Keep one of them"
        )
    if problems:
        raise SchemaError("\n".join(problems), problems)
    words = numbers.astype("string").fillna(states.astype("string")).fillna("no_data")
    return words.astype(pd.CategoricalDtype(list(CLASSES)))


def _refuse_other_rows(phases: pd.Series, states: pd.Series | None) -> None:
    for name, values in (("phases", phases), ("states", phases if states is None else states)):
        if not isinstance(values, pd.Series):
            raise SchemaError(
                f"{name} is a {type(values).__name__}. Give a pandas.Series, such as pd.Series([2, 4, None])"
            )
    if states is not None and not states.index.equals(phases.index):
        raise SchemaError(
            f"states has the rows {listed(list(states.index), SHOWN_AT_MOST)} and phases "
            f"{listed(list(phases.index), SHOWN_AT_MOST)}: they "
            "need the same index in the same order, such as two columns of one table"
        )


def whole_phases(phases: pd.Series, where: str = "phases") -> pd.Series:
    """Phases as Int64, 1 to 5 or missing; raise for anything else, with what the code means elsewhere."""
    numbers = pd.to_numeric(phases.astype(object), errors="coerce").astype("Float64")
    bad = (phases.notna() & numbers.isna()) | (numbers.notna() & ~numbers.isin(PHASES))
    if bad.any():
        found = list(dict.fromkeys(phases[bad]))
        known = [f"{code} ({FOREIGN_CODES[code]})" for code in FOREIGN_CODES if code in list(numbers[bad].dropna())]
        hint = f" {listed(known, 4)} are codes of other feeds: make them missing and write a state." if known else ""
        raise SchemaError(
            f"{where}: column {phases.name!r}, row(s) {listed(list(phases.index[bad]), SHOWN_AT_MOST)}: "
            f"{listed(found, SHOWN_AT_MOST)} is no phase; phases are 1 to 5.{hint}"
        )
    return numbers.astype("Int64")
