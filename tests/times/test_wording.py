"""Are slots said as one would to a colleague?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.times.wording import peak_slots_in_words


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ([(4, 15, 4), (3, 15, 4)], "Thursday and Friday, 15:00 to 19:00"),
        ([(2, 15, 3), (3, 15, 3), (4, 15, 3)], "Wednesday to Friday, 15:00 to 18:00"),
        ([(0, 15, 3), (3, 15, 3), (4, 15, 3)], "Monday, Thursday and Friday, 15:00 to 18:00"),
        ([(4, 15, 3), (5, 21, 3)], "Friday, 15:00 to 18:00; Saturday, 21:00 to midnight"),
        ([(4, 15, 3), (4, 18, 3)], "Friday, 15:00 to 21:00"),
        ([(4, 22, 3), (5, 22, 3)], "Friday and Saturday, 22:00 to 01:00"),
        ([(6, 21, 3), (0, 0, 3)], "Sunday, 21:00 to 03:00"),
        ([(d, 8, 1) for d in range(7)], "every day, 08:00 to 09:00"),
        ([(5, 6, 12), (5, 18, 12)], "Saturday, from 06:00 for 24 hours"),
        ([], ""),
    ],
)
def test_slots_are_said_together_where_they_belong_together(slots, words):
    table = pd.DataFrame(slots, columns=["weekday", "start_hour", "hours"])
    assert peak_slots_in_words(table) == words
    assert peak_slots_in_words(table[::-1]) == words
