"""Is every row of the file accounted for?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csgeo.sources.account import own_ids
from csgeo.sources.files import Rows


def rows_of(**columns) -> Rows:
    frame = pd.DataFrame(columns)
    return Rows("team.csv", "CSV", frame, np.arange(len(frame)) + 2, None, pd.DataFrame(), ())


def test_ids_stay_where_they_are_unique_and_are_made_so_where_not():
    rows = rows_of(id=["a", "b", None, "a", "a", "a~2"])
    ids, notes = own_ids(rows, "id")
    assert ids.tolist() == ["a", "b", "team-4", "a~3", "a~4", "a~2"]
    assert notes == (
        "1 rows without an id in 'id' were named by their row number",
        "2 rows repeat an id in 'id' (first: 'a', row 5): they were kept as separate records",
    )


def test_rows_without_ids_are_named_by_file_and_row():
    assert own_ids(rows_of(a=[1, 2]), None)[0].tolist() == ["team-2", "team-3"]


def test_numbers_as_ids_are_whole():
    typed = rows_of(id=pd.array([7, None, 9], dtype="Int32"), real=[1.0, 2.0, np.nan])
    assert own_ids(typed, "id")[0].tolist() == ["7", "team-3", "9"]
    assert own_ids(typed, "real")[0].tolist() == ["1", "2", "team-4"]
