"""Is a shape that gives records away stopped at the door?"""

import pytest

from csgeo.disclosure.release import make_release
from csgeo.disclosure.shapes import require_cells
from csgeo.errors import WrongGeometry, WrongValues
from csgeo.hexagons import hexagons
from tests.outputs.invented import invented_study


@pytest.mark.parametrize("give_away", ["convex_hull", "buffer", "shift"])
def test_a_hull_a_buffer_and_a_nudge_are_refused(give_away):
    study = invented_study()
    shapes = study.hotspots.geometry
    changed = {
        "convex_hull": shapes.convex_hull,
        "buffer": shapes.buffer(10),
        "shift": shapes.translate(3, 0),
    }[give_away]
    study.hotspots = study.hotspots.assign(geometry=changed)
    with pytest.raises(WrongGeometry, match=r"must be the union of its lattice cells; 6 of 6 rows"):
        make_release(study)


def test_a_cell_that_is_not_where_its_id_says_is_refused():
    study = invented_study()
    study.cells = study.cells.assign(geometry=study.cells.translate(1, 1))
    with pytest.raises(
        WrongGeometry, match=r"Each shape in `study\.cells` must be the union.*400 of 400"
    ):
        make_release(study)


def test_an_id_that_is_no_cell_is_refused():
    study = invented_study()
    study.hotspots["cells"] = "around the corner"
    with pytest.raises(WrongValues, match="Cell ids must read like"):
        make_release(study)


def test_hexagons_are_cells_too():
    cells = hexagons(invented_study().area, across_m=500)
    require_cells(cells, cells.index, "cells")
    with pytest.raises(WrongGeometry, match="must be the union"):
        require_cells(cells.assign(geometry=cells.buffer(-1)), cells.index, "cells")
