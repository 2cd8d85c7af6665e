"""What does an attacker find out from releases of the invented county?

Runs each attack on a release for a partnership, and beside it on what today's
tools give, and prints the share that is right beside what is asked. The
attacker knows the method and not the key. Nothing is asserted here; the same
attacks are tests in ``tests/disclosure/test_attacks.py``.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[2]))

from csgeo.cli import sample
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.recipe import load_recipe
from csgeo.study import run_study
from tests.disclosure import attackers

KEYS = [f"{sign}" * 64 for sign in "0123456789"]


def row(attack: str, today: str, ours: str, asked: str) -> None:
    print(f"{attack:<58} {today:>24} {ours:>30}   {asked}")


def differencing(releases, study) -> None:
    potential = attackers.potential_differences(releases[0], study)
    usual = [
        attackers.claims(
            attackers.differences_of_todays_tools(releases[0], study, least=least, step=step),
            potential,
            step=step,
        )
        for least, step in ((5, 1), (10, 5))
    ]
    made = [
        attackers.claims(attackers.differences_of_a_release(r, study), potential) for r in releases
    ]
    claims, right = sum(m.claims for m in made), sum(m.claims * m.right for m in made)
    base = made[0].base
    row(
        "difference of every two views: 'exactly k' (1-9) right",
        " / ".join(f"{u.right:.0%} of {u.claims}" for u in usual),
        f"{right / max(claims, 1):.0%} of {claims} ({len(releases)} keys)",
        f"<= {1.3 * base:.0%} (1.3 x the base rate)",
    )


def programme(release, study) -> None:
    began = time.perf_counter()
    told, hidden = attackers.hidden_that_are_told(release, study)
    row(
        "linear programme: hidden counts with a narrower range", "exact",
        f"{told} of {hidden} ({time.perf_counter() - began:.0f} s)", "0",
    )  # fmt: skip


def corners(release, study) -> None:
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
    row(
        "true points within 1 m of a corner of a shape",
        f"{attackers.near_a_vertex(hulls, inside):.1%} (hulls)",
        f"{attackers.near_a_vertex(shapes, points):.2%}",
        f"chance: {attackers.near_a_vertex(shapes, moved):.2%}",
    )


def surface(release, study) -> None:
    ours, chance, usual = attackers.surface_attack(release, study)
    row(
        "addresses found in the surface (NNLS with an address list)", f"{usual:.0%}",
        f"{ours:.0%}", f"<= {2 * chance:.0%} (2 x chance)",
    )  # fmt: skip


def averaging(study) -> None:
    key = key_from_text(KEYS[0])
    once = make_release(study, key=key)
    true = study.hotspots["incidents"].sort_index()
    first = once.hotspots["incidents"].sort_index().astype(float)
    mean = sum(
        make_release(study, key=key).hotspots["incidents"].sort_index().astype(float)
        for _ in range(50)
    )
    fresh = sum(
        make_release(study, key=key_from_text(f"{i:02x}" * 32))
        .hotspots["incidents"]
        .sort_index()
        .astype(float)
        for i in range(50)
    )
    errors = [(abs(v - true)).mean() for v in (fresh / 50, first, mean / 50)]
    row(
        "mean error of a count after 50 renders (and after 1)",
        f"{errors[0]:.2f} (new noise each time)", f"{errors[2]:.2f} ({errors[1]:.2f})", "no gain",
    )  # fmt: skip


def useful(releases, study) -> None:
    kept = [attackers.top_ten_kept(r, study) for r in releases]
    ranks = np.array([attackers.ranks_agree(r, study) for r in releases])
    row("top ten of the study in the release's top 12", "-", f"{min(kept)} of 10", ">= 9")
    row(
        "ranks agree (Spearman): places, density of the surface", "-",
        f"{ranks[:, 0].min():.3f}, {ranks[:, 1].min():.3f}", ">= 0.9",
    )  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with redirect_stdout(io.StringIO()):
            sample(Path(folder), seed=1)
        study = run_study(load_recipe(Path(folder) / "csgeo.toml"))
    releases = [make_release(study, key=key_from_text(key)) for key in KEYS]
    row("attack", "today's tools", "csgeo", "asked")
    differencing(releases, study)
    programme(releases[0], study)
    corners(releases[0], study)
    surface(releases[0], study)
    averaging(study)
    useful(releases, study)


if __name__ == "__main__":
    main()
