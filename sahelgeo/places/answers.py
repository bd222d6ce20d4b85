"""The answers for many places, column by column: a hundred thousand names fill arrays, not objects."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.weigh import Verdict


class Answers:
    """One array for each column of the evidence.

    Attributes
    ----------
    labels : array of str
        Each area in words, code and name.
    position : array of int
        The area of each place, -1 where there is no answer.
    method, score, candidates, conflict, reason : array
        The columns of that name; None or NaN where there is nothing to say.
    """

    def __init__(self, count: int, gazetteer: Gazetteer) -> None:
        pairs = zip(gazetteer.pcodes, gazetteer.names, strict=True)
        self.labels: NDArray[np.object_] = np.array([f"{pcode} {name}" for pcode, name in pairs], dtype=object)
        self.position: NDArray[np.intp] = np.full(count, -1, dtype=np.intp)
        self.score: NDArray[np.float64] = np.full(count, np.nan)
        self.method: NDArray[np.object_] = np.full(count, None, dtype=object)
        self.candidates: NDArray[np.object_] = np.full(count, None, dtype=object)
        self.conflict: NDArray[np.object_] = np.full(count, None, dtype=object)
        self.reason: NDArray[np.object_] = np.full(count, None, dtype=object)

    def set(self, number: int, verdict: Verdict) -> None:
        """Write the verdict on one place."""
        self.position[number] = -1 if verdict.position is None else verdict.position
        self.score[number] = np.nan if verdict.score is None else verdict.score
        self.method[number] = verdict.method
        self.conflict[number] = verdict.conflict
        self.reason[number] = verdict.reason
        if verdict.candidates:
            self.candidates[number] = "; ".join(
                [f"{self.labels[position]} ({score:.0f})" for position, score in verdict.candidates]
            )

    def take(self, numbers: NDArray[np.intp], positions: ArrayLike, method: str, scores: ArrayLike) -> None:
        """Answer for the places ``numbers``, which had candidates only."""
        self.position[numbers] = positions
        self.score[numbers] = scores
        self.method[numbers] = method
        self.reason[numbers] = None
