"""Which points are reached from which, and through whom do they hang together?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.linking import link, records_within
from csgeo.hotspots.clusters.stacks import stack_records


def slowly(x, y, when, *, reach_m, reach_days, least):
    """DBSCAN as its definition reads, record by record."""
    n = len(x)
    near = [
        [
            j
            for j in range(n)
            if (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= reach_m**2
            and abs(when[i] - when[j]) <= reach_days
        ]
        for i in range(n)
    ]
    core = [len(around) >= least for around in near]
    label, clusters = [-1] * n, 0
    for i in range(n):
        if not core[i] or label[i] >= 0:
            continue
        grow = [i]
        while grow:
            k = grow.pop()
            if label[k] < 0:
                label[k] = clusters
                grow += near[k] if core[k] else []
        clusters += 1
    return label, [len(around) for around in near]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 6)), min_size=1, max_size=50
    ),
    st.sampled_from([1.0, 2.0, 2**0.5, 3.0, 5.0, 20.0]),
    st.sampled_from([0.5, 1.0, 2.0, 10.0]),
    st.integers(1, 8),
)
def test_as_the_definition_record_by_record(rows, reach_m, reach_days, least):
    x, y, when = np.array(rows, dtype=float).T
    stacks = stack_records(x, y, when)
    label, near = slowly(x, y, when, reach_m=reach_m, reach_days=reach_days, least=least)
    found = link(stacks, reach_m=reach_m, reach_days=reach_days, least_records=least)
    assert stacks.to_records(found).tolist() == label
    counted = records_within(stacks, reach_m=reach_m, reach_days=reach_days)
    assert stacks.to_records(counted).tolist() == near


def test_points_at_the_reach_are_neighbours_wherever_the_boxes_begin():
    # pairs exactly 1 m (and 1 day) apart at many offsets, where rounding could part them
    offset = np.linspace(0, 1, 201)
    for dx, dy, dt in ((1, 0, 0), (0, 1, 0), (0.6, 0.8, 0), (0, 0, 1)):
        for start in offset:
            x, y, when = [-50, start, start + dx], [-50, 0, dy], [0, start, start + dt]
            apart2 = (x[2] - x[1]) ** 2 + (y[2] - y[1]) ** 2
            near = apart2 <= 1 and abs(when[2] - when[1]) <= 1
            stacks = stack_records(x, y, when)
            found = stacks.to_records(link(stacks, reach_m=1, reach_days=1, least_records=2))
            assert found.tolist() == ([-1, 0, 0] if near else [-1, -1, -1])


def test_nothing_has_no_clusters():
    nothing = stack_records([], [])
    assert len(link(nothing, reach_m=1, reach_days=1, least_records=2)) == 0
    assert len(records_within(nothing, reach_m=1, reach_days=1)) == 0


def test_a_reach_too_short_for_the_spread_is_refused():
    far = stack_records([0, 1e6], [0, 1e6])
    with pytest.raises(MethodError, match=r"A reach of 1e-05 m .* 1,000 km x 1,000 km"):
        link(far, reach_m=1e-5, reach_days=1, least_records=2)
