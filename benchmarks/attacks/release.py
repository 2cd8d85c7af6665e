"""What does an attacker find out from one release of the invented county?

Runs each attack on releases for a partnership, and beside it on what is usual,
and prints the share that is right beside what is asked. The attacker knows the
method and not the key. Nothing is asserted here; the same attacks are tests in
``tests/disclosure/test_attacks.py``. Each function gives rows for the table.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.attacks.county import KEYS, county_release, county_study
from benchmarks.attacks.rows import Row, print_rows
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from tests.disclosure import attackers, surface_attackers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csgeo.disclosure.release import Release
    from csgeo.study import Study


def differencing(releases: Sequence[Release], study: Study) -> list[Row]:
    """Take every view of a unit from every other, in people and in records."""
    potential = attackers.potential_differences(releases[0], study)
    usual = attackers.claims(
        attackers.differences_of_todays_tools(releases[0], study, least=5, step=1),
        potential,
        step=1,
    )
    taken = [attackers.differences_of_a_release(r, study) for r in releases]
    rows = []
    for of, word in (("people", "people"), ("true", "records")):
        made = [attackers.claims(one, potential, of=of) for one in taken]
        many, right = sum(m.claims for m in made), sum(m.claims * m.right for m in made)
        small = sum(int(one[of].between(1, 9).sum()) for one in taken)
        most, share = 1.3 * made[0].base, right / max(many, 1)
        rows.append(
            Row(
                f"every view of a place taken from every other, by harm and time: 'exactly k', 1-9 {word}",
                f"right in {usual.right:.0%} of {usual.claims} (hidden below 5)",
                f"<= {most:.0%} (1.3 x base rate)",
                f"{share:.0%} of {many} claims; {small} of {sum(map(len, taken)):,} differences "
                f"are of 1-9 ({len(releases)} keys)",
                share <= most and not small,
            )
        )
    return rows


def shown_numbers(release: Release, study: Study) -> list[Row]:
    """Guess the count behind a number that is shown: no difference, and not hidden by the rule."""
    truth = attackers.true_views(release, study)
    said = release.views[release.views["period"] == "this"]
    least = said[said["incidents"] == release.round_to]
    counts = np.array(
        [truth[k] for k in zip(least["id"], least["harm"], least["part_of_day"], strict=True)]
    )
    right = float((counts == release.least_people).mean())
    return [
        Row(
            "guess 'exactly 5' wherever 'about 5' is shown (5 to 9 are; no difference is taken)",
            "100% (not rounded)",
            "said in the documentation",
            f"right in {right:.0%} of {len(counts)}; every one of at least 5 people",
            bool((counts >= release.least_people).all()),
        )
    ]


def programme(release: Release, study: Study) -> list[Row]:
    """Ask a linear programme for every small hidden count, of all views of a unit together."""
    began = time.perf_counter()
    told, hidden = attackers.hidden_that_are_told(release, study)
    return [
        Row(
            "linear programme over whole, harm, time and both: small hidden counts told",
            "exact",
            "0",
            f"{told} of {hidden} ({time.perf_counter() - began:.0f} s)",
            told == 0,
        )
    ]


def corners(release: Release, study: Study) -> list[Row]:
    """Look for records at the corners of shapes."""
    points = study.incidents.geometry.dropna().to_numpy()
    places = release.hotspots.geometry.to_numpy()
    inside = points[shapely.intersects(shapely.union_all(places), points)]
    hulls = [
        shapely.convex_hull(shapely.multipoints(points[shapely.intersects(place, points)]))
        for place in places
    ]
    chance = np.random.default_rng(1)
    moved = shapely.points(
        shapely.get_coordinates(points) + chance.uniform(-60, 60, (len(points), 2))
    )
    shapes = [*places, *release.cells.geometry]
    ours = surface_attackers.near_a_vertex(shapes, points)
    by_chance = surface_attackers.near_a_vertex(shapes, moved)
    return [
        Row(
            "true points within 1 m of a corner of a shape",
            f"{surface_attackers.near_a_vertex(hulls, inside):.1%} (hulls)",
            f"chance: {by_chance:.2%}",
            f"{ours:.2%}",
            ours <= by_chance + 0.001,
        )
    ]


def surface(release: Release, study: Study) -> list[Row]:
    """Fit addresses to the surface by non-negative least squares."""
    ours, chance, usual = surface_attackers.surface_attack(release, study)
    return [
        Row(
            "addresses found in the surface (non-negative least squares, address list)",
            f"{usual:.0%} (density of points)",
            f"<= {2 * chance:.0%} (2 x chance)",
            f"{ours:.0%}",
            ours <= 2 * chance,
        )
    ]


def averaging(study: Study) -> list[Row]:
    """Ask fifty times, and take the mean."""
    key = key_from_text(KEYS[0])
    true = study.hotspots["incidents"].sort_index()

    def counts(with_key: object) -> object:
        release = make_release(study, key=with_key)
        return release.hotspots["incidents"].sort_index().astype(float)

    first = counts(key)
    mean = sum(counts(key) for _ in range(50)) / 50
    fresh = sum(counts(key_from_text(f"{i:02x}" * 32)) for i in range(50)) / 50
    errors = [float((abs(v - true)).mean()) for v in (fresh, first, mean)]
    return [
        Row(
            "mean error of a count after 50 renders",
            f"{errors[0]:.2f} (new noise each time)",
            f"no gain: {errors[1]:.2f} after one",
            f"{errors[2]:.2f}",
            errors[2] >= errors[1],
        )
    ]


def useful(releases: Sequence[Release], study: Study) -> list[Row]:
    """Ask whether what is left is still of use."""
    kept = [surface_attackers.top_ten_kept(r, study) for r in releases]
    ranks = np.array([surface_attackers.ranks_agree(r, study) for r in releases])
    places, density = ranks.min(axis=0)
    return [
        Row(
            "use: top ten of the study in the release's top 12", "-", ">= 9 of 10",
            f"{min(kept)} of 10", min(kept) >= 9,
        ),
        Row(
            "use: ranks agree (Spearman), places and density of the surface", "-", ">= 0.9",
            f"{places:.3f}, {density:.3f}", bool(min(places, density) >= 0.9),
        ),
    ]  # fmt: skip


def rows() -> list[Row]:
    """Run all attacks of this file."""
    study = county_study()
    releases = [county_release(key) for key in KEYS]
    return [
        *differencing(releases, study),
        *shown_numbers(releases[0], study),
        *programme(releases[0], study),
        *corners(releases[0], study),
        *surface(releases[0], study),
        *averaging(study),
        *useful(releases, study),
    ]


if __name__ == "__main__":
    print_rows(rows())
