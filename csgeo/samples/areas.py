"""Into which districts, wards and small areas is the invented county cut?

All levels are made of the same small pieces, so that they nest without gaps or
slivers. Codes begin with X, which no British area code does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from csgeo.samples import names
from csgeo.samples.land import BOX
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.samples.land import Land

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

#: Wards of the city, then of each other district: of its large town and of the rest.
_WARDS = (
    (0, None, 8),
    (1, 1, 2),
    (1, None, 3),
    (2, 2, 2),
    (2, None, 3),
    (3, None, 4),
    (4, None, 3),
)
_CITY_WARDS = 8
_SMALL_AREAS = {
    "city": 94,
    "market town": 24,
    "coast town": 27,
    "small town": 6,
    "village": 1,
}
_STRATA = {
    "city": "City",
    "market town": "Town and fringe",
    "coast town": "Town and fringe",
    "small town": "Town and fringe",
    "village": "Village and countryside",
}
_REST = "Village and countryside"


class Areas(NamedTuple):
    """The same county at four levels; each an ``AREAS`` table."""

    county: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    wards: gpd.GeoDataFrame
    small_areas: gpd.GeoDataFrame


def make_areas(land: Land, rng: np.random.Generator) -> Areas:
    """Cut the county into nested areas with residents, strata and deprivation."""
    seeds, of = _seeds(land, rng)
    piece, owner = _pieces(land, seeds, rng)
    district = _districts(seeds, of, land)
    ward = _wards(seeds, of, district, rng)
    small = gpd.GeoDataFrame(
        _small_areas(seeds, of, land, _codes(district, ward), rng),
        geometry=_joined(piece, owner, len(seeds)),
        crs=NATIONAL_GRID,
    )
    wards = _above(small, "ward_id", _joined(piece, ward[owner], int(ward.max()) + 1), "ward")
    wards["name"] = _ward_names(wards, land, rng)
    wards["district_id"] = small.groupby("ward_id")["district_id"].first()
    districts = _above(small, "district_id", _joined(piece, district[owner], 5), "district")
    districts["name"] = list(names.DISTRICTS)
    county = _above(
        small.assign(county_id="X10000001"),
        "county_id",
        _joined(piece, np.zeros(len(piece), dtype=np.int64), 1),
        "county",
    )
    county["name"] = names.COUNTY
    return Areas(*(_ordered(t) for t in (county, districts, wards, small)))


def _seeds(land: Land, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Place a seed for each small area: in a spiral within settlements, scattered between."""
    points, of = [], []
    for n, s in enumerate(land.settlements):
        many = _SMALL_AREAS[s.kind]
        step = np.arange(many) + 0.5
        out = s.radius_m * 0.97 * np.sqrt(step / many) if many > 1 else np.zeros(1)
        turn = step * np.pi * (3 - 5**0.5) + rng.uniform(0, 6.3)
        ring = np.array([s.x, s.y]) + out[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        ring += rng.normal(0, 0.18 * s.radius_m / many**0.5, ring.shape)
        inside = shapely.contains_xy(shapely.buffer(land.outline, -150), ring)
        points.append(ring[inside])
        of += [n] * int(inside.sum())
    placed = np.vstack(points)
    tries = rng.uniform((BOX[0], BOX[1]), (BOX[2], BOX[3]), (1_200, 2))
    tries = tries[shapely.contains_xy(shapely.buffer(land.outline, -1_200), tries)]
    for xy in tries:
        if np.hypot(*(placed - xy).T).min() > 3_600:
            placed = np.vstack([placed, xy])
            of.append(-1)
    return placed, np.array(of)


def _pieces(
    land: Land, seeds: Floats, rng: np.random.Generator
) -> tuple[npt.NDArray[np.object_], Ints]:
    """Cut the county into many small pieces and give each to the nearest seed."""
    tree = cKDTree(seeds)
    room = tree.query(seeds, k=2)[0][:, 1]
    around = rng.normal(0, 0.36, (8, *seeds.shape)) * room[:, None] + seeds
    west, south, east, north = BOX
    grid = np.stack(
        np.meshgrid(np.arange(west, east, 1_250), np.arange(south, north, 1_250)), axis=-1
    ).reshape(-1, 2)
    grid = grid + rng.uniform(-500, 500, grid.shape)
    grid = grid[tree.query(grid)[0] > 900]
    points = np.round(np.vstack([seeds, around.reshape(-1, 2), grid]), 1)
    points = np.unique(points, axis=0)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.MultiPoint(points), extend_to=shapely.box(*BOX), ordered=True
        )
    )
    cells = shapely.set_precision(cells, 0.1, mode="pointwise")
    shapely.prepare(land.outline)
    whole = shapely.contains_properly(land.outline, cells)
    partly = ~whole & shapely.intersects(land.outline, cells)
    cells[partly] = shapely.intersection(cells[partly], land.outline, grid_size=0.1)
    # along the outline a piece may be cut into several, or touch it in a mere line
    parts, of = shapely.get_parts(cells[whole | partly], return_index=True)
    kept = shapely.area(parts) > 0
    return parts[kept], tree.query(points[whole | partly][of[kept]])[1].astype(np.int64)


def _joined(piece: npt.NDArray[np.object_], group: Ints, groups: int) -> npt.NDArray[np.object_]:
    shapes = np.array(
        [shapely.coverage_union_all(piece[group == g]) for g in range(groups)], dtype=object
    )
    parts = [
        shapely.multipolygons([p for p in shapely.get_parts(s) if p.geom_type == "Polygon"])
        if s.geom_type != "Polygon"
        else s
        for s in shapes
    ]
    return shapely.normalize(np.array(parts, dtype=object))


def _districts(seeds: Floats, of: Ints, land: Land) -> Ints:
    """Give each seed a district: the city is one; elsewhere the nearest centre."""
    city, market, coast, north, west, _ = land.settlements[:6]
    centres = np.array([(s.x, s.y) for s in (market, coast, north, west)])
    centres[1, 1] -= 1_500
    nearest = np.hypot(*(seeds[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1) + 1
    urban = (of == 0) | (np.hypot(seeds[:, 0] - city.x, seeds[:, 1] - city.y) < city.radius_m)
    return np.where(urban, 0, nearest)


def _wards(seeds: Floats, of: Ints, district: Ints, rng: np.random.Generator) -> Ints:
    """Group seeds into wards of neighbours by a few rounds of k-means."""
    ward = np.full(len(seeds), -1, dtype=np.int64)
    first = 0
    for d, town, many in _WARDS:
        here = np.flatnonzero((ward < 0) & (district == d) & ((town is None) | (of == town)))
        centre = seeds[here[rng.choice(len(here), many, replace=False)]]
        for _ in range(12):
            group = np.hypot(*(seeds[here][:, None] - centre[None]).transpose(2, 0, 1)).argmin(1)
            group[:many] = np.where(np.bincount(group, minlength=many) == 0, np.arange(many), group[:many])  # fmt: skip
            centre = np.array([seeds[here][group == g].mean(axis=0) for g in range(many)])
        ward[here] = first + group
        first += many
    return ward


def _small_areas(
    seeds: Floats, of: Ints, land: Land, codes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Say who lives in each small area and how deprived it is."""
    kinds = np.array([s.kind for s in land.settlements])
    people = np.array([s.residents for s in land.settlements], dtype=float)
    share = people / np.bincount(of[of >= 0], minlength=len(people)).clip(1)
    rural = rng.uniform(350, 900, len(seeds))
    living = np.where(of >= 0, share[of] + 250 * (kinds[of] == "village"), rural)
    residents = (living * rng.lognormal(0, 0.13, len(seeds))).round()
    young = (residents * rng.normal(0.092, 0.011, len(seeds)).clip(0.05, 0.14)).round()
    city = land.settlements[0]
    inner = np.exp(-np.hypot(seeds[:, 0] - city.x, seeds[:, 1] - city.y) / 2_500)
    towns = np.isin(of, [2])
    need = inner + 0.5 * towns + rng.normal(0, 0.35, len(seeds))
    decile = 10 - np.argsort(np.argsort(need)) * 10 // len(seeds)
    strata = np.where(of >= 0, np.array([_STRATA[k] for k in kinds])[of], _REST)
    return pd.DataFrame(
        {
            "name": codes["title"].to_numpy(),
            "level": "small area",
            "residents": residents.astype(int),
            "residents_10_17": young.astype(int),
            "stratum": strata,
            "deprivation_decile": decile,
            "ward_id": codes["ward_id"].to_numpy(),
            "district_id": codes["district_id"].to_numpy(),
        },
        index=pd.Index([f"X01{i + 1:06d}" for i in range(len(seeds))], name="area_id"),
    )


def _codes(district: Ints, ward: Ints) -> pd.DataFrame:
    """Give each small area the codes of its ward and district, and its own title."""
    nth = pd.Series(range(len(ward))).groupby(ward).cumcount() + 1
    return pd.DataFrame(
        {
            "ward_id": [f"X05{w + 1:06d}" for w in ward],
            "district_id": [f"X07{d + 1:06d}" for d in district],
            "title": [
                f"{names.DISTRICTS[d]} {w + 1:03d}{_letters(k)}"
                for d, w, k in zip(district, ward, nth, strict=True)
            ],
        }
    )


def _letters(k: int) -> str:
    return chr(64 + k) if k <= 26 else f"{chr(64 + (k - 1) // 26)}{chr(65 + (k - 1) % 26)}"


def _above(
    small: gpd.GeoDataFrame, by: str, shapes: npt.NDArray[np.object_], level: str
) -> gpd.GeoDataFrame:
    """Add small areas up to the level above; its stratum is where most people live."""
    sums = small.groupby(by)[["residents", "residents_10_17"]].sum()
    living = small.pivot_table(
        index=by, columns="stratum", values="residents", aggfunc="sum", fill_value=0
    )
    weighed = (small["deprivation_decile"] * small["residents"]).groupby(small[by]).sum()
    out = sums.assign(
        level=level,
        stratum=living.idxmax(axis=1),
        deprivation_decile=(weighed / sums["residents"]).round().astype(int),
    ).sort_index()
    out.index = out.index.rename("area_id")
    return gpd.GeoDataFrame(out, geometry=shapes, crs=NATIONAL_GRID)


def _ward_names(wards: gpd.GeoDataFrame, land: Land, rng: np.random.Generator) -> list[str]:
    """Name a ward after its settlement; parts of a larger town have names of their own."""
    largest = sorted(land.settlements, key=lambda s: -s.residents)
    suburbs = iter(names.suburb_names(18, rng))
    given: list[str] = []
    for k, shape in enumerate(wards.geometry):
        inside = (s.name for s in largest if shapely.intersects_xy(shape, s.x, s.y))
        own = next(inside, "Outer")
        title = next(suburbs) if k < _CITY_WARDS or own == "Outer" else own
        if title in given:
            title = f"{own} and {next(suburbs)}"
        given.append(title)
    return given


def _ordered(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    first = ["name", "level", "residents", "residents_10_17", "stratum", "deprivation_decile"]
    rest = [c for c in ("ward_id", "district_id") if c in table]
    return gpd.GeoDataFrame(table[[*first, *rest, "geometry"]], crs=NATIONAL_GRID)
