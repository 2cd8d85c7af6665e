"""Which way do records stretch, and what is the least that holds them all?

For analysts, on the secure side: ellipses, hulls, circles and rectangles of records never
leave, because their corners and edges can be the true points of records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

import numpy as np
import shapely

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.clusters.centrography import known, mean_centre

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    Numbers: TypeAlias = npt.NDArray[np.float64]

Form: TypeAlias = Literal["crimestat", "yuill"]
FORMS: tuple[Form, ...] = ("crimestat", "yuill")


class Ellipse(NamedTuple):
    """A standard deviational ellipse: centre and semi-axes in metres.

    ``angle_deg`` is that of the major axis, anticlockwise from east, from 0 to below 180.
    """

    x: float
    y: float
    major_m: float
    minor_m: float
    angle_deg: float


def standard_deviational_ellipse(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    records: npt.ArrayLike | None = None,
    form: Form = "crimestat",
) -> Ellipse:
    """Describe how records spread along the direction in which they spread most, and across.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    records
        How many records lie on each, 0 or more; None for one. Two rows on a point and one row
        with 2 records are the same.
    form
        "crimestat": semi-axes sqrt(2 sum d^2 / (N - 2)), N the records; "yuill": sqrt(sum d^2 / N),
        the standard deviations themselves, as first published.

    Returns
    -------
    ellipse
        Centre, semi-axes, angle. The minor axis is 0 if the records lie on one line; the angle
        is 0 if they spread alike in all directions.

    Raises
    ------
    WrongValues
        If a coordinate or a weight is missing, or a weight is below 0.
    RecipeError
        If `form` is not known.
    MethodError
        If there is no record, or fewer than three for CrimeStat's form.

    References
    ----------
    Yuill (1971), https://doi.org/10.1080/04353684.1971.11879353; Levine (2013), CrimeStat IV, chapter 4
    """
    if form not in FORMS:
        msg = f'`form` must be "crimestat" or "yuill"; it is {form!r}.'
        raise RecipeError(msg)
    x, y, records = known(x, y, records)
    n = float(records.sum())
    if form == "crimestat" and n <= 2:
        msg = f"CrimeStat's ellipse needs at least three records; found {n:g}."
        raise MethodError(msg)
    centre = mean_centre(x, y, records=records)
    dx, dy = x - centre.x, y - centre.y
    both, apart = (2 * records * dx * dy).sum(), (records * (dx * dx - dy * dy)).sum()
    # what rounding leaves of a spread that is alike in all directions is no direction
    alike = np.hypot(both, apart) <= 1e-12 * (records * (dx * dx + dy * dy)).sum()
    angle = 0.0 if alike else 0.5 * float(np.arctan2(both, apart))
    along = (records * (dx * np.cos(angle) + dy * np.sin(angle)) ** 2).sum()
    across = (records * (dy * np.cos(angle) - dx * np.sin(angle)) ** 2).sum()
    share = 2 / (n - 2) if form == "crimestat" else 1 / n
    major, minor = np.sqrt(share * max(along, across)), np.sqrt(share * min(along, across))
    degrees = float(np.degrees(angle)) % 180.0
    return Ellipse(
        centre.x, centre.y, float(major), float(minor), 0.0 if degrees == 180 else degrees
    )


def ellipse_shape(ellipse: Ellipse, *, times: float = 1.0) -> shapely.Polygon:
    """Draw an ellipse, for analysts only: it never leaves.

    Parameters
    ----------
    ellipse
        From :func:`standard_deviational_ellipse`.
    times
        How many times as wide: CrimeStat draws 1, 1.5 and 2.

    Returns
    -------
    shape
        A polygon of 128 sides; empty if the minor axis is 0.

    Raises
    ------
    RecipeError
        If `times` is not above 0.
    """
    if not (np.isfinite(times) and times > 0):
        msg = f"`times` must be above 0; it is {times:g}."
        raise RecipeError(msg)
    if ellipse.minor_m <= 0:
        return shapely.Polygon()
    turn = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    along, across = times * ellipse.major_m * np.cos(turn), times * ellipse.minor_m * np.sin(turn)
    angle = np.radians(ellipse.angle_deg)
    x = ellipse.x + along * np.cos(angle) - across * np.sin(angle)
    y = ellipse.y + along * np.sin(angle) + across * np.cos(angle)
    return shapely.Polygon(np.column_stack([x, y]))


class Bounds(NamedTuple):
    """The least shapes that hold all records: for analysts only, they never leave.

    ``circle_*``: centre and radius in metres; ``rectangle_*``: the rotated rectangle's sides in metres
    and the angle of its longer side, anticlockwise from east, from 0 to below 180;
    ``hull_m2`` and ``upright_m2``: areas of the convex hull and of the upright rectangle.
    """

    circle_x: float
    circle_y: float
    circle_m: float
    rectangle_long_m: float
    rectangle_short_m: float
    rectangle_angle_deg: float
    hull_m2: float
    upright_m2: float
    hull: BaseGeometry
    circle: BaseGeometry
    rectangle: BaseGeometry


def bounds(x: npt.ArrayLike, y: npt.ArrayLike) -> Bounds:
    """Give the least circle, rectangle and hull that hold all records.

    Parameters
    ----------
    x, y
        n coordinates in metres.

    Returns
    -------
    bounds
        Measures and shapes. On one point or line the shapes have no area.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    MethodError
        If there is no record.
    """
    x, y, _ = known(x, y, None)
    points = shapely.MultiPoint(np.column_stack([x, y]))
    hull, rectangle = points.convex_hull, points.oriented_envelope
    radius = float(shapely.minimum_bounding_radius(points))
    circle = cast("BaseGeometry", shapely.minimum_bounding_circle(points))
    corner = shapely.get_coordinates(rectangle)
    sides = np.diff(corner, axis=0)[:2] if len(corner) > 1 else np.zeros((1, 2))
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    longer = sides[int(np.argmax(lengths))]
    angle = float(np.degrees(np.arctan2(longer[1], longer[0]))) % 180.0
    # around one point there is no circle to take the centre of
    middle = (x[0], y[0]) if circle.is_empty else shapely.get_coordinates(circle.centroid)[0]
    return Bounds(
        float(middle[0]), float(middle[1]), radius, float(lengths.max()),
        float(lengths.min()) if len(lengths) > 1 else 0.0, angle, float(hull.area),
        float(np.ptp(x) * np.ptp(y)), hull, circle, rectangle,
    )  # fmt: skip
