"""How many records would each cell have if nothing drew them to any one place?

Four stated expectations (docs/decisions/0010). Cells with no street, no resident, no
exposure and no record are expected to stay empty, so that fields neither raise nor
lower what stands out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.errors import MethodError
from csgeo.hotspots.cell_weights import residents_in_cells, street_length
from csgeo.hotspots.rates.exposure import exposure_in_cells, lay_exposure
from csgeo.hotspots.sharing_out import (
    FLOOR_SHARE,
    SURROUNDINGS_M,
    Expectation,
    expected_by_weight,
    expected_from_surroundings,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]


def expected_records(
    counts: npt.NDArray[np.int64],
    field: Field,
    *,
    expectation: str,
    streets: gpd.GeoDataFrame | None,
    residents: gpd.GeoDataFrame | None,
    exposure: gpd.GeoDataFrame | None = None,
) -> tuple[Numbers, str]:
    """Make the stated expectation, and say it in words.

    Parameters
    ----------
    counts
        Raster of records per cell.
    field
        The study area as a raster.
    expectation
        "streets", "residents", "exposure" or "surroundings"; the last weighs cells by streets, else by
        residents, else takes the cells that hold records.
    streets, residents
        ``STREETS`` and ``AREAS`` with residents, or None.
    exposure
        Points, areas or cells with the column ``exposure``, or None.

    Returns
    -------
    expected, words
        Raster that adds up to the records, and a sentence.

    Raises
    ------
    MethodError
        If the expectation lacks its table.
    """
    laid = lay_expectation(
        field, expectation=expectation, streets=streets, residents=residents, exposure=exposure
    )
    return laid.of(counts, SURROUNDINGS_M), laid.words


def lay_expectation(
    field: Field,
    *,
    expectation: str,
    streets: gpd.GeoDataFrame | None,
    residents: gpd.GeoDataFrame | None,
    exposure: gpd.GeoDataFrame | None = None,
) -> Expectation:
    """Measure once what the stated expectation rests on; see :func:`expected_records`."""
    given = {"streets": streets, "residents": residents, "exposure": exposure}
    if expectation in given and given[expectation] is None:
        msg = (
            f"An expectation by {expectation} must have a `{expectation}` table; none was given. "
            f'Give one, or set expectation = "surroundings".'
        )
        raise MethodError(msg)
    if expectation == "exposure" and exposure is not None:
        measured = exposure_in_cells(exposure, field, column="exposure")
        return lay_exposure(field, measured.raster, called="the exposure that was given")
    floor = f"no cell that can hold records is given less than {FLOOR_SHARE:.0%} of the average"
    if expectation == "streets" and streets is not None:
        words = f"Records are expected in proportion to metres of street; {floor}."
        return _by_weight(street_length(streets, field), words)
    if expectation == "residents" and residents is not None:
        words = f"Records are expected in proportion to residents; {floor}."
        return _by_weight(residents_in_cells(residents, field), words)
    weight: Numbers | None = None
    if streets is not None:
        weight, by = street_length(streets, field), "metres of street"
    elif residents is not None:
        weight, by = residents_in_cells(residents, field), "residents"
    else:
        by = "equal parts over the cells that hold any"
    words = (
        f"Records are expected as in the surroundings (a Gaussian of {SURROUNDINGS_M:g} m), "
        f"shared out by {by}; {floor}."
    )

    def of(counts: npt.NDArray[np.int64], reach_m: float) -> Numbers:
        own = (counts > 0).astype(float) if weight is None else weight
        return expected_from_surroundings(counts, own, cell_m=field.cell_m, reach_m=reach_m)

    return Expectation(of, words)


def _by_weight(weight: Numbers, words: str) -> Expectation:
    return Expectation(lambda counts, _reach_m: expected_by_weight(counts, weight), words)
