"""Small flows kept from publication, with those that would tell them by subtraction."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.coded_sums import PERIOD
from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError, warn
from sahelgeo.flows.flow_records import ENDS
from sahelgeo.sums import named_rows

# Counts of persons or households above zero and below this could point at somebody.
SUPPRESS_BELOW = 10
Node = tuple[str, str]
Edge = tuple[Node, Node]


def suppress_small(flows: pd.DataFrame, *, suppress_below: int = SUPPRESS_BELOW) -> pd.DataFrame:
    """Take small counts out of a table of flows, and as many others as needed so that no total tells them.

    A reader who knows the totals of origins and destinations can find a single missing count by subtraction. So each
    small count is put on a closed way of missing counts, alternating between origins and destinations, that takes the
    fewest people out: no cell on such a way can be computed from totals.

    Parameters
    ----------
    flows : pandas.DataFrame
        A Flows table with one row for each pair and period, as :func:`sum_flows` makes it.
    suppress_below : int
        Counts from 1 to one less than this are small. Zeros are kept.

    Returns
    -------
    pandas.DataFrame
        The same rows with the same index and columns; ``people`` is missing where suppressed, and ``suppressed``
        (string) says why: ``small``, ``recoverable`` (it would tell a small one), ``exposed`` (small, and its totals
        tell it all the same), or missing for what is published. A column of shares or the like that you made from
        people is yours to take out.

    Raises
    ------
    SchemaError
        The table breaks its declaration, names a pair twice in one period, or ``suppress_below`` is no whole number
        above 1.

    Warns
    -----
    DataWarning
        Small counts that stay recoverable, since their origin or destination has nothing else to hide them with: do not
        publish the totals of those.

    See Also
    --------
    sum_flows : Add up movements.
    od_matrix : The matrix of origins and destinations.

    Notes
    -----
    Secondary cell suppression of a two-way table: a suppressed cell can be computed from the margins exactly if its
    edge in the graph of origins and destinations is on no cycle of suppressed cells (Gusfield, D. (1988), "A graph
    theoretic approach to statistical data security", SIAM Journal on Computing 17, 552–571). Bounds on a cell can
    remain.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": list("AABB"), "destination": list("XYXY"), "people": [3, 50, 60, 70],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "source": "DTM"})
    >>> sg.flows.suppress_small(flows)["suppressed"].tolist()
    ['small', 'recoverable', 'recoverable', 'recoverable']
    """
    table = conform(flows, "flows")
    if isinstance(suppress_below, bool) or not isinstance(suppress_below, (int, np.integer)) or suppress_below < 2:
        raise SchemaError(f"suppress_below={suppress_below!r} is not a number of people. Give 2 or more")
    repeated = table.duplicated([*ENDS, *PERIOD], keep=False).to_numpy(dtype=np.bool_)
    if repeated.any():
        rows = named_rows(table, repeated, ENDS)
        raise SchemaError(
            f"flows: a pair is twice in one period in {rows}. Add reasons and sources up first (sum_flows)"
        )
    small = np.array([is_small(value, suppress_below) for value in table["people"]], dtype=np.bool_)
    hidden = small | table["people"].isna().to_numpy(dtype=np.bool_)
    bare = np.zeros(len(table), dtype=np.bool_)
    for found in table.reset_index(drop=True).groupby(list(PERIOD)).indices.values():
        positions = np.asarray(found)
        extra, open_cells = _protect(table.iloc[positions], small[positions], hidden[positions])
        hidden[positions[extra]] = True
        bare[positions[open_cells]] = True
    if bare.any():
        warn(
            f"{int(bare.sum()):,} small counts can still be worked out from totals, since nothing else is there to "
            f"hide them: {named_rows(table, bare, ENDS)}. Do not publish the totals of these origins and destinations"
        )
    reasons = np.select([small, hidden & table["people"].notna().to_numpy()], ["small", "recoverable"], "")
    reasons[bare] = "exposed"
    suppressed = pd.Series(reasons, index=table.index, dtype="string")
    return table.assign(people=table["people"].mask(hidden), suppressed=suppressed.mask(suppressed == ""))


def is_small(value: Any, below: float) -> bool:
    """Whether a count could point at somebody."""
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    return bool(number and pd.notna(value) and 0 < value < below)


def _protect(table: pd.DataFrame, small: np.ndarray, hidden: np.ndarray) -> tuple[list[int], list[int]]:
    """The positions to hide too, and those of small counts that nothing can hide."""
    ends: list[Edge] = [
        (("from", "" if pd.isna(origin) else str(origin)), ("to", "" if pd.isna(destination) else str(destination)))
        for origin, destination in zip(table["origin"], table["destination"], strict=True)
    ]
    people = table["people"].fillna(0).to_numpy(dtype=float)
    # A count of zero hides nothing: a reader who sees the rest of the way knows its sum.
    usable = (people > 0) | hidden
    neighbours: dict[Node, list[tuple[Node, int]]] = defaultdict(list)
    for position, (origin, destination) in enumerate(ends):
        if usable[position]:
            neighbours[origin].append((destination, position))
            neighbours[destination].append((origin, position))
    costs = np.where(hidden, 0.0, people)
    extra: list[int] = []
    bare: list[int] = []
    for cell in np.flatnonzero(small).tolist():
        way = _cheapest_way(neighbours, costs, ends[cell], cell)
        if way is None:
            bare.append(cell)
            continue
        new = [step for step in way if costs[step] > 0]
        costs[new] = 0.0
        extra += new
    return extra, bare


def _cheapest_way(
    neighbours: dict[Node, list[tuple[Node, int]]], costs: np.ndarray, ends: Edge, avoid: int
) -> list[int] | None:
    """The cells on the cheapest way from one end to the other that is not the cell itself (Dijkstra)."""
    start, goal = ends
    waiting: list[tuple[float, int, Node]] = [(0.0, 0, start)]
    reached: dict[Node, float] = {start: 0.0}
    came_by: dict[Node, tuple[Node, int]] = {}
    pushed = 0
    while waiting:
        cost, _, node = heapq.heappop(waiting)
        if node == goal:
            break
        for other, position in neighbours[node]:
            total = cost + costs[position]
            if position != avoid and total < reached.get(other, np.inf):
                reached[other], came_by[other] = total, (node, position)
                pushed += 1
                heapq.heappush(waiting, (total, pushed, other))
    if goal not in came_by:
        return None
    way = []
    while goal != start:
        goal, position = came_by[goal]
        way.append(position)
    return way
