"""Templates for tooltips: columns in braces with plain format specifications, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Collection
from string import Formatter
from typing import Any

import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.flows.suppression import is_small
from sahelgeo.words import MISSING, NARROW_SPACE, base_language, write_day

# Fill and alignment, sign, zeros, width, separator, precision, type. Two digits of width keep a tooltip a tooltip.
_SPEC = re.compile(r"(?:[^{}]?[<>=^])?[-+ ]?0?\d{0,2}[,_]?(?:\.\d{1,2})?[bcdeEfFgGnosxX%]?")


def check_tooltip(template: str | None, table: pd.DataFrame, layer: str) -> str | None:
    """Return the template if every row can be written with it, else raise."""
    if template is None:
        return None
    if not isinstance(template, str):
        raise SchemaError(
            f'{layer}: tooltip={template!r} is not text. Give a template such as "{{name}}: {{people:,.0f}}"'
        )
    try:
        parts = list(Formatter().parse(template))
    except ValueError as problem:
        raise SchemaError(
            f"{layer}: the tooltip {template!r} cannot be read ({problem}). Write a brace that is to be shown twice: {{{{ or }}}}"
        ) from problem
    for _, label, spec, conversion in parts:
        if label is not None:
            _check_field(label, str(spec), conversion, table, layer)
    write_tooltips(template, table, "en")
    return template


def _check_field(label: str, spec: str, conversion: str | None, table: pd.DataFrame, layer: str) -> None:
    written = f"{{{label}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}"
    if label not in table.columns or label == getattr(table, "active_geometry_name", None):
        hint = " Attributes and positions are not read." if re.search(r"[.\[\]]", label) or not label else ""
        raise SchemaError(
            f"{layer}: the tooltip names {written}, and there is no column {label!r}.{hint} Found: {listed(list(table.columns), 20)}"
        )
    if conversion:
        raise SchemaError(f"{layer}: the tooltip has a conversion in {written}. Write the column alone: {{{label}}}")
    if spec and pd.api.types.is_datetime64_any_dtype(table[label]):
        raise SchemaError(
            f"{layer}: column {label!r} holds days, which are written in words. Leave out the format {spec!r}"
        )
    if not _SPEC.fullmatch(spec):
        raise SchemaError(
            f"{layer}: the tooltip has the format {spec!r} in {written}, which is not read. Take one such as ,.0f or .1%"
        )


def write_tooltips(
    template: str, table: pd.DataFrame, lang: str, *, counts: Collection[str] = (), below: float = 0
) -> tuple[str, ...]:
    """The text of every row: missing values as a dash, days in words, separators of the language in numbers.

    In the columns called ``counts``, a number of people above zero and below ``below`` is withheld, as everywhere in
    the file.

    Examples
    --------
    >>> import pandas as pd
    >>> from sahelgeo.maps.tooltips import write_tooltips
    >>> write_tooltips("{name}: {people:,.0f}", pd.DataFrame({"name": ["Sahel"], "people": [348341]}), "en")
    ('Sahel: 348,341',)
    """
    parts = list(Formatter().parse(template))
    columns = [
        [
            f"< {below:g}" if label in counts and is_small(value, below) else _written(value, str(spec), lang, label)
            for value in table[label]
        ]
        if label is not None
        else [""] * len(table)
        for _, label, spec, _ in parts
    ]
    literals = [literal for literal, *_ in parts]
    return tuple(
        "".join(literal + value for literal, value in zip(literals, row, strict=True))
        for row in (zip(*columns, strict=True) if columns else [()] * len(table))
    )


def _written(value: Any, spec: str, lang: str, label: str) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, pd.Timestamp):
        return write_day(value.date(), lang)
    try:
        text = format(value, spec)
    except (ValueError, TypeError) as problem:
        raise SchemaError(
            f"the tooltip's format {spec!r} does not fit column {label!r}, which holds {value!r}: {problem}"
        ) from problem
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    if base_language(lang) == "fr" and number:
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text
