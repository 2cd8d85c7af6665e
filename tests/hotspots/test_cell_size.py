"""How small may the cells be, given how exactly the records are placed?"""

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.cell_size import choose_cell_m


@pytest.mark.parametrize(("precision_m", "side"), [(0, 125), (100, 125), (125, 125), (126, 250)])
def test_cells_are_no_smaller_than_what_is_known(incidents_at, area_of, precision_m, side):
    records = incidents_at([1, 2, 3], [1, 2, 3]).assign(precision_m=float(precision_m))
    chosen, why = choose_cell_m(records, area_of(5000, 5000), most_km2=0.25)
    assert chosen == side
    assert why == f"chosen as half of the records are known to within {precision_m:g} m"


def test_a_few_default_geocodes_do_not_widen_the_cells(incidents_at, area_of):
    records = incidents_at([1] * 5, [1] * 5).assign(precision_m=[10.0, 10, 10, 5000, 5000])
    assert choose_cell_m(records, area_of(5000, 5000), most_km2=0.25)[0] == 125


def test_where_nothing_is_said_the_smallest_cells_are_taken_and_it_is_told(incidents_at, area_of):
    records = incidents_at([1, 2], [1, 2]).assign(precision_m=np.nan)
    chosen, why = choose_cell_m(records, area_of(5000, 5000), most_km2=0.25)
    assert (chosen, why) == (125, "chosen as how exactly the records are placed is not said")


def test_places_known_too_roughly_are_refused_with_the_remedy(incidents_at, area_of):
    records = incidents_at([1, 2], [1, 2]).assign(precision_m=1000.0)
    with pytest.raises(MethodError, match="within 1000 m.*cells of 250 m at most.*`most_km2`"):
        choose_cell_m(records, area_of(5000, 5000), most_km2=0.25)
    assert choose_cell_m(records, area_of(5000, 5000), most_km2=4)[0] == 1000


def test_a_very_large_area_gets_larger_cells(incidents_at, area_of):
    records = incidents_at([1, 2], [1, 2])
    assert choose_cell_m(records, area_of(200_000, 200_000), most_km2=0.25)[0] == 250
