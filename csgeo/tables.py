"""What does each table hold?

Each table is declared once, here, as data; the data dictionary in the docs is
printed from it. Missing means "not known", 0 means "known to be none".
"""

from __future__ import annotations

from csgeo.contracts import NATIONAL_GRID, Column, Table, check_same_crs

__all__ = [
    "ALL",
    "AREAS",
    "CELLS",
    "FLOWS",
    "HOTSPOTS",
    "INCIDENTS",
    "NATIONAL_GRID",
    "PLACES",
    "SERVICES",
    "SET_ASIDE",
    "STREETS",
    "Column",
    "Table",
    "check_same_crs",
]

_SQUARES = ("Polygon",)
_AREAS = ("Polygon", "MultiPolygon")

INCIDENTS = Table(
    name="INCIDENTS",
    one_row_is="one record of harm at one place",
    index="incident_id",
    geometry=("Point",),
    geometry_may_be_missing=True,
    remedy="Read the file with `csgeo.read_incidents`, which brings it into this form.",
    columns={
        "harm": Column("text", "kind of harm, a code of the harm vocabulary"),
        "context": Column("text", "home, peers, school, neighbourhood or online"),
        "location_type": Column("text", "kind of location, a code of its vocabulary"),
        "occurred_from": Column("time", "when it began, or the first moment it can have begun"),
        "occurred_to": Column("time", "when it ended, or the last moment; missing if not known"),
        "when_precision": Column(
            "text",
            "how exactly the time is known",
            allowed=("minute", "hour", "day", "month", "year", "unknown"),
        ),
        "source": Column("text", "the agency or file that recorded it", known=True),
        "origin": Column("text", "how it came to be recorded: a code of the origin vocabulary"),
        "person_key": Column(
            "text", "keyed pseudonym, for counting distinct people only", required=False
        ),
        "precision_m": Column("number", "how far the point may be from the place", "m", least=0),
        "area_id": Column("text", "published area that the record itself names", required=False),
    },
)

AREAS = Table(
    name="AREAS",
    one_row_is="one published area",
    index="area_id",
    geometry=_AREAS,
    remedy="Read the file with `csgeo.read_areas`, which brings it into this form.",
    columns={
        "name": Column("text", "the area's published name"),
        "level": Column("text", "what kind of area it is, such as ward or LSOA 2021"),
        "residents": Column("number", "people who live there", "people", least=0, required=False),
        "residents_10_17": Column(
            "number", "people aged 10 to 17 who live there", "people", least=0, required=False
        ),
        "exposure": Column(
            "number",
            "whatever records are to be compared with: pupils, passers-by",
            least=0,
            required=False,
        ),
        "stratum": Column("text", "rural-urban class or district to rank within", required=False),
    },
)

CELLS = Table(
    name="CELLS",
    one_row_is="one cell of the national lattice",
    index="cell_id",
    geometry=_SQUARES,
    remedy="Make cells with `csgeo.lattice.squares` or `csgeo.lattice.hexagons`.",
    columns={
        "incidents": Column(
            "integer", "records of harm inside the cell", "count", least=0, required=False
        ),
        "people": Column("integer", "distinct people among them", "count", least=0, required=False),
        "exposure": Column(
            "number", "what the expectation is proportional to", least=0, required=False
        ),
        "expected": Column(
            "number",
            "records that the expectation gives the cell",
            "count",
            least=0,
            required=False,
        ),
        "getis_ord_star": Column("number", "Gi* z-score", required=False),
        "q_value": Column(
            "number", "Benjamini-Hochberg q-value of Gi*", least=0, most=1, required=False
        ),
        "cell_m": Column("integer", "side of an adaptive cell", "m", least=0, required=False),
        "enough": Column(
            "flag",
            "holds as many as were asked for; else no rate and no count may be shown",
            required=False,
        ),
        "density_km2": Column(
            "number",
            "kernel density: records, or weight, per square kilometre",
            "per km2",
            least=0,
            required=False,
        ),
        "others": Column(
            "integer",
            "records of another kind that the cases are compared with",
            "count",
            least=0,
            required=False,
        ),
        "log_ratio": Column(
            "number",
            "natural logarithm of the cases' density over the others', 0 where the mix is that of "
            "the whole area; missing where one kind is out of reach",
            required=False,
        ),
        "p_more": Column(
            "number",
            "chance of as large a share of cases if the labels meant nothing",
            least=0,
            most=1,
            required=False,
        ),
        "p_less": Column(
            "number",
            "chance of as small a share of cases if the labels meant nothing",
            least=0,
            most=1,
            required=False,
        ),
        "stratum": Column("text", "rural-urban class or district", required=False),
    },
)

HOTSPOTS = Table(
    name="HOTSPOTS",
    one_row_is="one area where recorded harm is denser than chance would put it",
    index="hotspot_id",
    geometry=_AREAS,
    may_be_empty=True,
    remedy="Make them with `csgeo.find_hotspots`.",
    columns={
        "rank": Column("integer", "place in the list over the whole area, 1 first", least=1),
        "stratum": Column("text", "rural-urban class or district; empty where none was given"),
        "rank_in_stratum": Column("integer", "place in the list of its stratum", least=1),
        "name": Column("text", "neutral name from what is nearby", known=True),
        "method": Column("text", "how it was found", known=True),
        "cells": Column(
            "text", "ids of its lattice cells, sorted, separated by spaces", known=True
        ),
        "area_km2": Column("number", "its size", "km2", least=0),
        "incidents": Column("integer", "records of harm inside", "count", least=0, known=True),
        "people": Column("integer", "distinct people among them; missing if not known", least=0),
        "expected": Column("number", "records that the expectation gives it", "count", least=0),
        "strength": Column("number", "incidents divided by expected", "ratio", least=0),
        "score": Column("number", "the method's own statistic, larger is stronger"),
        "p_value": Column("number", "chance of such a score by chance", least=0, most=1),
        "q_value": Column("number", "share of false finds among those as strong", least=0, most=1),
        "stability": Column(
            "number", "share of re-runs in which it was found; missing if not run", least=0, most=1
        ),
        "peak_slots": Column("text", "when harm there is most frequent; missing if not known"),
        "sources_agree": Column("integer", "how many sources support it", least=0),
    },
)

SET_ASIDE = Table(
    name="SET_ASIDE",
    one_row_is="one hotspot that was found but is likely made by how records are kept",
    index="hotspot_id",
    geometry=_AREAS,
    may_be_empty=True,
    columns={
        "name": HOTSPOTS.columns["name"],
        "incidents": HOTSPOTS.columns["incidents"],
        "people": HOTSPOTS.columns["people"],
        "cells": HOTSPOTS.columns["cells"],
        "reason": Column("text", "why it was set aside, in words", known=True),
    },
)

SERVICES = Table(
    name="SERVICES",
    one_row_is="one place from which a service is offered",
    index="service_id",
    geometry=("Point",),
    may_be_empty=True,
    remedy="Read the file with `csgeo.read_services`, which brings it into this form.",
    columns={
        "name": Column("text", "what it is called"),
        "kind": Column("text", "a code of the service vocabulary", known=True),
        "opening_hours": Column("text", "when it is open, in OpenStreetMap's notation"),
        "ages": Column("text", "whom it is for, such as 11-18"),
        "capacity": Column("number", "how many it can take at once", "people", least=0),
        "funded_until": Column("time", "when its funding ends"),
    },
)

PLACES = Table(
    name="PLACES",
    one_row_is="one named place, for names and for finding artefacts",
    index="place_id",
    geometry=("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    may_be_empty=True,
    remedy="Read the file with `csgeo.read_places`, which brings it into this form.",
    columns={
        "name": Column("text", "what people call it; missing if it has no name"),
        "kind": Column("text", "a code of the location vocabulary, such as PARK", known=True),
    },
)

STREETS = Table(
    name="STREETS",
    one_row_is="one street segment",
    index="street_id",
    geometry=("LineString",),
    remedy="Read the file with `csgeo.read_streets`, which brings it into this form.",
    columns={
        "name": Column("text", "the street's name; missing if it has none"),
        "kind": Column("text", "main, street, path or rail", allowed=("main", "street", "path")),
        "length_m": Column("number", "its length on the ground", "m", least=0, known=True),
    },
)

FLOWS = Table(
    name="FLOWS",
    one_row_is="one origin-destination pair and period",
    index="flow_id",
    columns={
        "origin": Column("text", "area_id of the origin", known=True),
        "destination": Column("text", "area_id of the destination", known=True),
        "count": Column("integer", "journeys", "count", least=0),
        "kind": Column("text", "what moved"),
        "certainty": Column("text", "confirmed or suspected", allowed=("confirmed", "suspected")),
    },
)

#: Every declared table, by name: the data dictionary in the docs is printed from this.
ALL = {
    t.name: t
    for t in (INCIDENTS, AREAS, CELLS, HOTSPOTS, SET_ASIDE, SERVICES, PLACES, STREETS, FLOWS)
}
