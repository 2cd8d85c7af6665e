"""Which windows lie under the peaks of a smooth surface?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.methods.asked import Scored, by_surface

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from csgeo.hotspots.methods.asked import Asked
    from csgeo.hotspots.on_streets.raster import StreetCells

    Numbers = npt.NDArray[np.float64]

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


def network_density(asked: Asked) -> Scored:
    """Score windows by what a density along the streets has beyond the expectation."""
    streets = asked.facts.dense_streets
    surface, seen = _along_streets(asked, streets)
    words = (
        f"Density along streets ({streets.spreading.kernel}, {streets.spreading.bandwidth_m:g} m, "
        "continuous at junctions), summed per cell; places are cut where it is furthest above the "
        "expectation."
    )
    return Scored(by_surface(surface - asked.expected, asked), words, seen)


def hot_streets(asked: Asked) -> Scored:
    """Score windows by the records on hot stretches of street beyond their expectation."""
    streets = asked.facts.hot_streets
    surface, seen = _along_streets(asked, streets)
    words = (
        "Hot streets: stretches with more records than the streets within "
        f"{streets.spreading.bandwidth_m:g} m around would give (Poisson, Benjamini-Hochberg at "
        f"{streets.q:g}); places are cut around them."
    )
    return Scored(by_surface(surface, asked), words, seen)


def _along_streets(asked: Asked, streets: StreetCells) -> tuple[Numbers, str]:
    from csgeo.hotspots.on_streets.raster import street_scores  # noqa: PLC0415  (numba is heavy)

    rows = asked.inside
    return street_scores(asked.counted.x[rows], asked.counted.y[rows], streets)
