"""When was each record, of whom, and who told it?"""

import numpy as np
import pandas as pd

from csgeo.hotspots.records import support_of, when_of


def test_times_are_taken_as_exactly_as_they_are_known(incidents_at):
    records = incidents_at([0, 0, 0], [0, 0, 0]).assign(
        occurred_from=pd.to_datetime(["2020-03-05 23:30", "2020-03-01 00:00", None]),
        when_precision=["minute", "month", None],
    )
    when = when_of(records)
    assert when.month.tolist() == [2020 * 12 + 2, 2020 * 12 + 2, -1]
    assert when.day[0] == (pd.Timestamp("2020-03-05") - pd.Timestamp("1970-01-01")).days
    assert np.isnan(when.day[1:]).all()
    assert when.of(np.array([1])).month.tolist() == [2020 * 12 + 2]


def test_a_record_without_a_key_may_be_of_one_more_person(incidents_at):
    support = support_of(incidents_at([0] * 4, [0] * 4, people=["b", None, "b", None]))
    assert support.people_known
    assert support.person[0] == support.person[2]
    assert len(set(support.person.tolist())) == 3
    assert not support_of(incidents_at([0, 0], [0, 0])).people_known
