"""Which layers does a map of a release have?

Plain values for the browser: the folium map and the dashboard draw the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.release import require_release
from csgeo.outputs import words
from csgeo.outputs.style import BANDS, BASEMAP, OUTLINES, service_shape, style
from csgeo.outputs.viewed import Seen, View, of_a_place, seen
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release

DEGREES = "EPSG:4326"
#: All harm, all day, this period: what a release shows where nothing else is chosen.
WHOLE = View()
#: Decimal places of degrees in the browser: about a metre.
_PLACES = 5
#: Nobody zooms to a single house.
MAX_ZOOM = 16
#: A service within this distance of a place is drawn at every zoom, metres.
_NEAR_M = 800.0
#: What the map shows around the outermost places, metres.
_MARGIN_M = 400.0
#: More points than this in one kind of the base map, and it is drawn around the places only.
_MOST_POINTS = 60_000
_AROUND_M = 1500.0
#: How far a base map line may be from the published one, metres.
_SIMPLER_M = 4.0


def layers(release: Release, view: View = WHOLE) -> dict[str, Any]:
    """Give the layers of the map of a release, ready for JSON.

    Parameters
    ----------
    release
        What may be shown.
    view
        Which of its views; a place that it hides has ``hidden`` true and no number.

    Returns
    -------
    layers
        ``bounds`` ``[[south, west], [north, east]]``; ``basemap``, a list of
        ``{kind, geojson}`` in the order of drawing; ``cells`` and ``hotspots``
        as GeoJSON (a hotspot has ``id, rank, name, stratum, band, about, words,
        sure, sure_shortly, outline, peak, services, gaps, at``); ``services``, a list of ``{id, kind, letter,
        shape, label, name, near, lat, lon}``; ``legend``, a list of ``{kind,
        label, ...}``; ``caption``; ``max_zoom``; ``style``. Degrees (WGS84) with
        five decimals. The texts are not escaped: put them in by `textContent`.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    now = Seen(release.hotspots, release.cells) if view == WHOLE else seen(release, view)
    return {
        "bounds": _bounds(release.hotspots),
        "basemap": _basemap(release),
        "cells": _cells(now.cells) if len(release.cells) else None,
        "hotspots": _hotspots(release, now.hotspots, view),
        "services": _services(release),
        "legend": _legend(release, now, view),
        "caption": words.caption(release),
        "max_zoom": MAX_ZOOM,
        "style": style(),
    }


def _bounds(hotspots: gpd.GeoDataFrame) -> list[list[float]]:
    frame = hotspots.geometry.buffer(_MARGIN_M).to_crs(DEGREES).total_bounds.round(_PLACES)
    west, south, east, north = (float(side) for side in frame)
    return [[south, west], [north, east]]


def _hotspots(release: Release, table: gpd.GeoDataFrame, view: View) -> dict[str, Any]:
    step = release.round_to
    at, around = _middles(table), words.around(release)
    features = []
    for place, shape, (lat, lon) in zip(
        table.itertuples(), _degrees(table.geometry), at, strict=True
    ):
        properties = {
            "id": place.Index,
            "rank": int(place.rank),
            "name": place.name,
            "stratum": _text(place.stratum),
            "band": place.band,
            "about": "hidden" if pd.isna(place.incidents) else words.about(place.incidents),
            "words": words.compared(place.incidents, place.expected, step=step)
            if view == WHOLE
            else of_a_place(release, view, place.Index),
            "sure": words.sure(place.certainty, place.stability),
            "sure_shortly": words.sure_shortly(place.certainty, place.stability),
            "outline": OUTLINES[place.certainty]["outline"],
            "peak": _text(place.peak_slots),
            "services": around[place.Index][0],
            "gaps": around[place.Index][1],
            "at": [lat, lon],
        }
        if pd.isna(place.incidents):
            properties["hidden"] = True
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def _middles(table: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    """Give where the number of each place stands, in degrees: inside its shape."""
    middle = table.centroid
    inside = middle.within(table.geometry)
    middle = middle.where(inside, table.representative_point()).to_crs(DEGREES)
    return [
        (float(y), float(x))
        for x, y in zip(middle.x.round(_PLACES), middle.y.round(_PLACES), strict=True)
    ]


def _cells(cells: gpd.GeoDataFrame) -> dict[str, Any]:
    """Bring the cells of a band into one shape: the browser draws it faster than thousands."""
    table = cells.to_crs(DEGREES)
    features = []
    for band in (*BANDS, None):
        some = table["hidden"] if band is None else (table["band"] == band) & ~table["hidden"]
        if not some.any():
            continue
        said = {"hidden": True} if band is None else {"hidden": False, "band": band}
        parts = shapely.get_parts(table.geometry[some].to_numpy())
        whole = shapely.MultiPolygon(list(parts))
        features.append({"type": "Feature", "properties": said, "geometry": _plain(whole)})
    return {"type": "FeatureCollection", "features": features}


def _services(release: Release) -> list[dict[str, Any]]:
    table, kinds = release.services, load_vocabulary("service")
    if table.empty:
        return []
    near, _ = release.hotspots.sindex.query(table.geometry, predicate="dwithin", distance=_NEAR_M)
    is_near = np.zeros(len(table), dtype=bool)
    is_near[near] = True
    points = table.geometry.to_crs(DEGREES)
    return [
        {
            "id": str(service),
            "kind": kind,
            "letter": kinds.rows.get(kind, {}).get("letter") or "O",
            "shape": service_shape(kind),
            "label": kinds.label(kind),
            "name": _text(name) or kinds.label(kind),
            "near": bool(close),
            "lat": round(float(y), _PLACES),
            "lon": round(float(x), _PLACES),
        }
        for service, kind, name, close, x, y in zip(
            table.index, table["kind"], table["name"], is_near, points.x, points.y, strict=True
        )
    ]


def _basemap(release: Release) -> list[dict[str, Any]]:
    drawn = []
    outline = gpd.GeoSeries([release.area.union_all()], crs=release.area.crs)
    for kind in BASEMAP:
        some = release.basemap.loc[release.basemap["kind"] == kind]
        if kind == "settlement":
            geojson = _settlements(some)
        elif kind == "boundary":
            geojson = _one_shape(outline.boundary)
        else:
            geojson = _one_shape(_around_the_places(some.geometry, release.hotspots))
        if geojson is not None:
            drawn.append({"kind": kind, "geojson": geojson})
    return drawn


def _around_the_places(shapes: gpd.GeoSeries, hotspots: gpd.GeoDataFrame) -> gpd.GeoSeries:
    if int(shapes.count_coordinates().sum()) <= _MOST_POINTS:
        return shapes
    parts = shapes.explode(ignore_index=True)
    near, _ = hotspots.sindex.query(parts, predicate="dwithin", distance=_AROUND_M)
    return parts.iloc[np.unique(near)]


def _one_shape(shapes: gpd.GeoSeries) -> dict[str, Any] | None:
    """Bring all shapes of a kind into one, as the browser draws one path faster than many."""
    if shapes.empty:
        return None
    simpler = shapes.simplify(_SIMPLER_M).to_crs(DEGREES)
    parts = shapely.get_parts(simpler.to_numpy())
    lines = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    whole = shapely.multilinestrings(parts[lines]) if lines.any() else None
    if not lines.all():
        areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        whole = shapely.multipolygons(areas) if len(areas) else whole
    if whole is None:
        return None
    return {"type": "Feature", "properties": {}, "geometry": _plain(whole)}


def _settlements(some: gpd.GeoDataFrame) -> dict[str, Any] | None:
    named = some.loc[some["name"].notna()]
    if named.empty:
        return None
    features = [
        {"type": "Feature", "properties": {"name": str(name)}, "geometry": shape}
        for name, shape in zip(
            named["name"], _degrees(named.geometry.representative_point()), strict=True
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def _legend(release: Release, now: Seen, view: View) -> list[dict[str, Any]]:
    used, places = set(release.hotspots["certainty"]), now.hotspots
    drawn = set(places.loc[places["incidents"].notna(), "band"])
    some_hidden = bool(places["incidents"].isna().any())
    offered = set(release.services["kind"])
    bands = [band for band in BANDS if band in drawn]
    kinds = load_vocabulary("service")
    found = [kind for kind in kinds.codes if kind in offered]
    legend: list[dict[str, Any]] = [
        {
            "kind": "heading",
            "label": "More records than would be expected" if view == WHOLE else "Most records",
        },
        *({"kind": "band", "band": b, **BANDS[b]} for b in bands),
        *([{"kind": "place hidden", "label": "hidden"}] if some_hidden else []),
        *(
            {"kind": "outline", **OUTLINES[c], "label": words.certainty_label(release, c)}
            for c in OUTLINES
            if c in used and (len(used) > 1 or c != "sure")
        ),
        *(
            {
                "kind": "service",
                "letter": kinds.rows[kind].get("letter") or "O",
                "shape": service_shape(kind),
                "label": kinds.label(kind),
            }
            for kind in found
        ),
    ]
    if len(release.cells):
        counts = [(band, words.density_label(now.cells, band)) for band in BANDS]
        legend += [
            {"kind": "cell", "band": band, "fill": BANDS[band]["fill"], "label": label}
            for band, label in counts
            if label
        ]
        label = words.hidden_label(release) if view == WHOLE else "hidden"
        legend.append({"kind": "hidden", "label": label})
    return legend


def _degrees(shapes: gpd.GeoSeries) -> list[dict[str, Any]]:
    return [_plain(shape) for shape in shapes.to_crs(DEGREES)]


def _plain(shape: shapely.Geometry) -> dict[str, Any]:
    """Give a shape as a GeoJSON geometry with rounded coordinates, outer rings anticlockwise."""
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _PLACES))
    plain: dict[str, Any] = json.loads(shapely.to_geojson(shapely.orient_polygons(rounded)))
    return plain


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
