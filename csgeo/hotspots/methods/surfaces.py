"""Which windows lie under the peaks of a smooth surface?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.methods.asked import Scored, by_surface

if TYPE_CHECKING:
    from csgeo.hotspots.methods.asked import Asked

_BANDWIDTH = "bandwidth_m"


def kernel_density(asked: Asked) -> Scored:
    """Score windows by what a density has beyond that of the expectation, spread alike."""
    from csgeo.hotspots.density.scores import density_scores  # noqa: PLC0415  (numba is heavy)

    settled = (asked.settled or {}).get(_BANDWIDTH)
    rows = asked.inside
    found = density_scores(
        asked.counted.x[rows],
        asked.counted.y[rows],
        asked.expected,
        asked.field,
        bandwidth=None if settled is None else settled * asked.stretch,
        inside=asked.facts.inside,
    )
    words = f"Kernel density: {found.words} Places are cut where the difference peaks."
    scores = by_surface(found.surface - found.expected, asked)
    return Scored(scores, words, settled={_BANDWIDTH: found.bandwidth_m})
