"""Which places do two releases share? Worked by hand on squares."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from csgeo.disclosure.release import make_release, seal_release
from csgeo.errors import NotReleased
from csgeo.outputs.two_lists import moved_in_words, said_of_two_lists, two_lists, why_not_alike
from tests.outputs.invented import invented_study

RELEASE = make_release(invented_study())
PARTS = {name: getattr(RELEASE, name) for name in RELEASE.__dataclass_fields__ if name != "seal"}


def release(**places: str):
    """Give a release whose list is these places, in this order: name to cells."""
    table = gpd.GeoDataFrame(
        {
            "rank": range(1, len(places) + 1),
            "name": list(places),
            "cells": list(places.values()),
        },
        index=pd.Index([f"P{name}" for name in places], name="hotspot_id"),
        geometry=[box(0, 0, 1, 1)] * len(places),
        crs="EPSG:27700",
    )
    return seal_release(**(PARTS | {"hotspots": table}))


def ranks(table: pd.DataFrame) -> list[tuple]:
    return [
        tuple(None if pd.isna(v) else v for v in row)
        for row in table[["name", "first_rank", "second_rank", "shared", "moved"]].to_numpy()
    ]


def test_a_list_worked_by_hand():
    first = release(
        mill="250mE0N0 250mE250N0", station="250mE2000N0", harbour="250mE5000N0 250mE5250N0"
    )
    # the station comes first now; the mill has moved by one of its two squares; the harbour is gone
    second = release(station="250mE2000N0", green="250mE9000N0", mill="250mE250N0 250mE500N0")
    table = two_lists(first, second)
    assert ranks(table) == [
        ("station", 2, 1, 1.0, 1),
        ("green", None, 2, None, None),
        ("mill", 1, 3, 0.5, -2),
        ("harbour", 3, None, None, None),
    ]
    assert said_of_two_lists(table) == (
        "2 places are on both lists, 1 only on the new one, 1 only on the one before."
    )


def test_squares_of_different_sides_are_compared_by_their_ground():
    # sixteen squares of 125 m tile one of 500 m; four of them are a quarter of it, all of themselves
    small = " ".join(f"125mE{x}N{y}" for x in (0, 125) for y in (0, 125))
    table = two_lists(release(large="500mE0N0"), release(small=small))
    assert ranks(table) == [("small", 1, 1, 1.0, 0)]


def test_less_than_half_of_the_smaller_place_is_another_place():
    three = "125mE0N0 125mE125N0 125mE250N0"
    table = two_lists(release(a=three), release(b="125mE250N0 125mE375N0 125mE500N0"))
    assert ranks(table) == [("b", None, 1, None, None), ("a", 1, None, None, None)]
    assert two_lists(release(a=three), release(b="125mE250N0 125mE375N0"))["shared"].tolist() == [
        0.5
    ]


def test_each_place_is_paired_once_with_the_one_it_shares_most_with():
    whole = "125mE0N0 125mE125N0 125mE250N0"
    second = release(one="125mE0N0", two="125mE125N0 125mE250N0")
    table = two_lists(release(whole=whole), second)
    assert ranks(table) == [("one", None, 1, None, None), ("two", 1, 2, 1.0, -1)]
    # the same from the other side: splits and merges are one rule
    back = two_lists(second, release(whole=whole))
    assert ranks(back) == [("whole", 2, 1, 1.0, 1), ("one", 1, None, None, None)]


def test_an_equal_share_goes_to_the_better_rank():
    table = two_lists(
        release(one="125mE0N0", two="125mE125N0"), release(both="125mE0N0 125mE125N0")
    )
    assert table.loc[0, "first_id"] == "Pone"


def test_touching_corners_share_nothing():
    table = two_lists(release(a="250mE0N0"), release(b="250mE250N250"))
    assert table["shared"].isna().all()


def test_a_release_and_itself_are_the_same_list_and_the_order_of_rows_does_not_matter():
    table = two_lists(RELEASE, RELEASE)
    assert table["first_rank"].tolist() == table["second_rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert (table["shared"] == 1).all()
    assert (table["moved"] == 0).all()
    turned = seal_release(**(PARTS | {"hotspots": RELEASE.hotspots.iloc[::-1]}))
    pd.testing.assert_frame_equal(two_lists(turned, RELEASE), table)


def test_moves_are_said_in_words():
    assert moved_in_words(4, 1) == "up 3"
    assert moved_in_words(1, 3) == "down 2"
    assert moved_in_words(2, 2) == "the same rank"
    assert moved_in_words(None, 2) == "only on the new list"
    assert moved_in_words(2, None) == "only on the list before"
    assert said_of_two_lists(two_lists(release(a="250mE0N0"), release(a="250mE0N0"))).startswith(
        "1 place is on both lists, 0 only"
    )


def test_what_else_differs_than_the_choices_is_said():
    assert why_not_alike(RELEASE, RELEASE) == ()
    inputs = [{"file": "incidents.csv", "sha256": "ef" * 32}]
    other = PARTS | {
        "harms": RELEASE.harms[:1],
        "period_end": RELEASE.period_end.replace(year=2025),
        "provenance": {**RELEASE.provenance, "inputs": inputs, "versions": {}},
    }
    told = " ".join(why_not_alike(RELEASE, seal_release(**other)))
    assert "October 2024 to September 2026 and October 2024 to September 2025" in told
    assert "The kinds of harm differ: Serious youth violence" in told
    assert "The files are not the same, or were changed" in told
    assert "versions of csgeo that give different results" in told
    assert len(why_not_alike(RELEASE, seal_release(**other))) == 4


def test_keyed_checksums_are_only_compared_under_one_key():
    def keyed(key: str, checksum: str):
        told = {
            "inputs": [{"file": "incidents.csv", "keyed_sha256": checksum}],
            "protection": {"rounded_with": key},
        }
        return seal_release(**(PARTS | {"provenance": told}))

    assert why_not_alike(keyed("one", "ab"), keyed("one", "ab")) == ()
    (files,) = why_not_alike(keyed("one", "ab"), keyed("one", "cd"))
    assert files.startswith("The files are not the same")
    (key,) = why_not_alike(keyed("one", "ab"), keyed("two", "cd"))
    assert key.startswith("They are rounded with different secrets")


def test_a_study_is_refused():
    with pytest.raises(NotReleased, match="Only a Release can be mapped or exported"):
        two_lists(RELEASE, invented_study())
