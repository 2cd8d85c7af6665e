"""How many records does each stretch hold once each is spread along the streets?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.on_streets.kernels import code_of, reach_m, share_within

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.on_streets.placing import Placed
    from csgeo.hotspots.on_streets.segments import Stretches
    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]

Method: TypeAlias = Literal["continuous", "discontinuous", "simple"]
DeadEnds: TypeAlias = Literal["turn back", "leave"]
METHODS: tuple[Method, ...] = get_args(Method)
#: Steps from a record to the end of its influence: errors go with the square of one step.
STEPS = 256
#: More numbers than this are not held at once: 2 GB.
_MOST_HELD = 250_000_000


class Spreading(NamedTuple):
    """A network made ready for spreading records along it, again and again.

    ``lag`` is the length of each piece in steps of ``step_m``, at least one. ``shares`` is the
    share of a record within 0, 1, 2, ... steps on one side.
    """

    network: Network
    stretches: Stretches
    kernel: str
    bandwidth_m: float
    method: Method
    dead_ends: DeadEnds
    step_m: float
    lag: Numbers
    degree: Integers
    shares: Numbers


class Weighed(NamedTuple):
    """Different spots with records, in the order of the pieces: metres along, and weight."""

    piece: Integers
    along_m: Numbers
    weight: Numbers
    first: Integers


def make_spreading(
    network: Network,
    stretches: Stretches,
    *,
    bandwidth_m: float,
    kernel: str = "quartic",
    method: Method = "continuous",
    dead_ends: DeadEnds = "turn back",
    step_m: float | None = None,
) -> Spreading:
    """Make a network ready; see :func:`csgeo.hotspots.on_streets.network_density.network_density`."""
    code_of(kernel)
    for name, word, words in (
        ("method", method, METHODS),
        ("dead_ends", dead_ends, get_args(DeadEnds)),
    ):
        if word not in words:
            msg = f"`{name}` must be one of {', '.join(words)}; it is {word!r}."
            raise MethodError(msg)
    if not (np.isfinite(bandwidth_m) and bandwidth_m > 0):
        msg = f"`bandwidth_m` must be a distance above 0 m; it is {bandwidth_m}."
        raise MethodError(msg)
    reach = reach_m(kernel, bandwidth_m)
    step = reach / STEPS if step_m is None else step_m
    if not 0 < step <= bandwidth_m / 4:
        msg = (
            f"`step_m` must be above 0 and at most a quarter of the bandwidth ({bandwidth_m:g} m); "
            f"it is {step}. Leave it out for {reach / STEPS:g} m."
        )
        raise MethodError(msg)
    steps = int(np.ceil(reach / step - 1e-9))
    pieces = len(network.pieces)
    if method != "simple" and 2 * pieces * steps > _MOST_HELD:
        msg = (
            f"{pieces:,} pieces of street and {steps:,} steps would take {16 * pieces * steps / 1e9:.0f} GB. "
            f"Give a longer `step_m` (it is {step:g}), or part of the network."
        )
        raise MethodError(msg)
    shares = share_within(kernel, np.arange(steps + 1) * step, bandwidth_m)
    shares[-1] = 0.5
    ends = np.r_[network.start, network.end]
    degree = np.bincount(ends, minlength=len(network.nodes)).astype(np.intp)
    lag = np.maximum(network.length_m / step, 1.0)
    return Spreading(
        network, stretches, kernel, bandwidth_m, method, dead_ends, step, lag, degree, shares
    )


def weighed_spots(placed: Placed, weights: npt.ArrayLike | None, pieces: int) -> Weighed:
    """Add up the records of each different spot.

    Raises
    ------
    MethodError
        If weights do not fit the records, are missing, infinite, negative or all 0.
    """
    w = np.ones(len(placed.piece)) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != placed.piece.shape:
        msg = f"`weights` must be one number per record ({len(placed.piece)}); there are {w.size}."
        raise MethodError(msg)
    wrong = ~(np.isfinite(w) & (w >= 0))
    if wrong.any():
        msg = (
            f"`weights` must be finite and at least 0; {int(wrong.sum())} of {len(w)} are not (the first "
            f"is {w[wrong][0]} in row {int(wrong.argmax())}). Set those records aside first."
        )
        raise MethodError(msg)
    on = placed.on & (w > 0)
    if not on.any():
        msg = f"`weights` must be above 0 for a record that is on a street; all {len(w)} are 0."
        raise MethodError(msg)
    spots = np.column_stack([placed.piece[on], placed.along_m[on]])
    spot, which = np.unique(spots, axis=0, return_inverse=True)
    weight = np.bincount(which.ravel(), weights=w[on]).astype(float)
    piece = spot[:, 0].astype(np.intp)
    first = np.searchsorted(piece, np.arange(pieces + 1)).astype(np.intp)
    return Weighed(piece, spot[:, 1], weight, first)


def spread(
    spreading: Spreading, spots: Weighed, *, at_middles: bool = False
) -> tuple[Numbers, Numbers]:
    """Spread weighed spots along the streets.

    Returns
    -------
    held
        m numbers: the records that each stretch holds (the integral of the density over it).
    density
        m numbers: records per metre; the mean of the stretch, or its middle's if `at_middles`.
        A piece shorter than one step counts as one step long here.
    """
    if spreading.method == "simple":
        return _simple(spreading, spots)
    from csgeo.hotspots.on_streets import waves  # noqa: PLC0415  (numba is heavy)

    network, cut, lag = spreading.network, spreading.stretches, spreading.lag
    pieces = len(lag)
    in_steps = lag / network.length_m
    fronts = np.zeros((len(spreading.shares) - 1, 2 * pieces))
    at_node = np.zeros(len(network.nodes))
    far = spots.along_m * in_steps[spots.piece]
    # what stands at the very end must not be lost to rounding
    far = np.where(spots.along_m >= network.length_m[spots.piece], lag[spots.piece], far)
    waves.send_out(spots.piece, far, spots.weight, network.start, network.end, lag, at_node, fronts)
    rule = waves.CONTINUOUS if spreading.method == "continuous" else waves.DISCONTINUOUS
    if rule == waves.DISCONTINUOUS and spreading.dead_ends == "leave":
        rule = waves.OPEN_ENDED
    waves.divide(network.start, network.end, lag, spreading.degree, at_node, fronts, rule)
    inner = (far > 0) & (far < lag[spots.piece])
    piece, far, weight = spots.piece[inner], far[inner], spots.weight[inner]
    own = np.searchsorted(piece, np.arange(pieces + 1)), far, weight
    scale = in_steps[cut.piece]
    held = waves.held_up_to(cut.piece, cut.to_m * scale, lag, fronts, spreading.shares, *own)
    held = np.where(cut.from_m > 0, np.diff(held, prepend=0.0), held)
    if not at_middles:
        return held, held / (cut.length_m * scale * spreading.step_m)
    middle = (cut.from_m + cut.to_m) / 2 * scale
    density = waves.density_at(
        cut.piece, middle, lag, fronts, spreading.step_m, code_of(spreading.kernel),
        spreading.bandwidth_m, *own,
    )  # fmt: skip
    return held, density


def _simple(spreading: Spreading, spots: Weighed) -> tuple[Numbers, Numbers]:
    """Take the kernel of the shortest walk from each record, divided nowhere."""
    from csgeo.hotspots.on_streets import walks  # noqa: PLC0415  (numba is heavy)

    network, cut = spreading.network, spreading.stretches
    graph = walks.as_graph(network)
    density = walks.kernel_of_walks(
        *graph, spots.piece, spots.along_m, spots.weight, cut.first,
        (cut.from_m + cut.to_m) / 2, code_of(spreading.kernel), spreading.bandwidth_m,
        reach_m(spreading.kernel, spreading.bandwidth_m),
    )  # fmt: skip
    return density * cut.length_m, density
