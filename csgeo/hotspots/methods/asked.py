"""What does every method get to know, and what must it answer?

A method scores the windows that places are cut from, and nothing else: cutting,
comparing with the expectation, setting aside, naming and ranking are the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.hotspots.cutting import window_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from csgeo.hotspots.counting import Counted, Field
    from csgeo.hotspots.cutting import Sites, Window
    from csgeo.hotspots.methods.lattice_facts import LatticeFacts
    from csgeo.hotspots.records import When

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Chance: TypeAlias = Callable[[Window], tuple[float, float]]
    Progress: TypeAlias = Callable[[int, int], None]

#: Two records may make a place; one is an event.
LEAST_RECORDS = 2


class Asked(NamedTuple):
    """One question to a method.

    ``counted`` (the records, in the system of ``field``), ``expected`` (raster that adds up to
    them), ``sites`` and ``strength`` (windows x anchors: the log likelihood ratio of each window
    against the expectation). ``settled`` holds what a first search has chosen, so that a re-run
    does not choose anew; ``stretch`` is by how much a re-run widens or narrows a bandwidth.
    """

    counted: Counted
    expected: Numbers
    field: Field
    sites: Sites
    strength: Numbers
    q: float
    replicates: int
    seed: int
    when: When
    facts: LatticeFacts
    settled: Mapping[str, float] | None = None
    stretch: float = 1.0
    progress: Progress | None = None

    @property
    def again(self) -> bool:
        """Whether this is a re-run, which takes over what the first search has settled."""
        return self.settled is not None

    @property
    def inside(self) -> Integers:
        """Which of the records lie in the study area."""
        return np.flatnonzero(self.counted.position >= 0)


class Scored(NamedTuple):
    """One score per window (windows x anchors; 0 or less for none), and how to read it.

    ``words`` say what was chosen, ``seen`` what was found in the records, which is for analysts
    alone. ``chance(window)`` gives the method's own p-value and q-value, where it has them; a place
    holds at least ``least_records``; ``settled`` is what a re-run takes over.
    """

    scores: Numbers
    words: str
    seen: str = ""
    chance: Chance | None = None
    least_records: int = LEAST_RECORDS
    settled: Mapping[str, float] | None = None


def by_surface(surface: Numbers, asked: Asked) -> Numbers:
    """Score each window by what it holds of a surface (raster).

    The last bits of a sum must not decide between equal windows.
    """
    return np.round(window_sums(surface, asked.sites), 9)


def by_members(member: Integers, asked: Asked) -> Numbers:
    """Score windows by the records of clusters that they hold beyond the expectation.

    Parameters
    ----------
    member
        Rows of the records that are in a cluster.
    """
    shape = asked.expected.shape
    held = np.bincount(asked.counted.position[member], minlength=asked.expected.size)
    return by_surface(held.reshape(shape) - asked.expected, asked)
