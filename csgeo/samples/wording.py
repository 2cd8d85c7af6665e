"""Who writes an invented record, and in which words?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    Words = npt.NDArray[np.object_]

SOURCES = (
    "Children's social care",
    "Police",
    "Schools",
    "Youth service",
    "A&E",
    "Voluntary sector",
)
#: How often each harm comes from each of the sources above.
_WHO = {
    "MISSING": (0.45, 0.45, 0.02, 0.03, 0.0, 0.05),
    "SYV": (0.12, 0.52, 0.1, 0.08, 0.13, 0.05),
    "CCE": (0.42, 0.3, 0.08, 0.1, 0.01, 0.09),
    "HATE": (0.08, 0.12, 0.58, 0.12, 0.0, 0.1),
    "COC": (0.18, 0.2, 0.46, 0.07, 0.06, 0.03),
    "CSE": (0.45, 0.28, 0.08, 0.08, 0.02, 0.09),
    "": (0.22, 0.32, 0.16, 0.16, 0.03, 0.11),
}
_ORIGINS = ("disclosed", "observed", "reported", "enforcement", "unknown")
#: How each source comes to know, in the order of the origins above.
_HOW = {
    "Children's social care": (0.34, 0.14, 0.46, 0.0, 0.06),
    "Police": (0.08, 0.07, 0.58, 0.24, 0.03),
    "Schools": (0.3, 0.38, 0.3, 0.0, 0.02),
    "Youth service": (0.38, 0.5, 0.1, 0.0, 0.02),
    "A&E": (0.55, 0.05, 0.3, 0.0, 0.1),
    "Voluntary sector": (0.5, 0.3, 0.16, 0.0, 0.04),
}
#: Share of each harm among records that no planted place explains.
USUAL_HARMS = {
    "MISSING": 0.17, "ASB": 0.12, "SYV": 0.09, "SYV.ROBBERY": 0.06, "SYV.KNIFE": 0.035,
    "SYV.WEAPON": 0.04, "SYV.GROUP": 0.04, "CCE": 0.08, "CCE.CL": 0.03, "CCE.CUCKOO": 0.008,
    "CCE.DEBT": 0.012, "CCE.FIN": 0.01, "CSE": 0.06, "HSB": 0.05, "COC.PHYS": 0.05,
    "MSHT": 0.01, "RAD": 0.006, "TRA": 0.02, "HATE": 0.05, "HARASS": 0.024, "SUBST": 0.045,
}  # fmt: skip
_USUAL_LOCATIONS = {
    "STREET": 0.42, "PARK": 0.1, "SCHOOL": 0.09, "DWELLING": 0.08, "RETAIL": 0.06, "BUS_STOP": 0.05,
    "TAKEAWAY": 0.04, "ALLEY": 0.04, "PLAYGROUND": 0.03, "CAR_PARK": 0.03, "NIGHT": 0.02,
    "VEHICLE": 0.02, "UNKNOWN": 0.02,
}  # fmt: skip
_CONTEXTS = {
    "DWELLING": "HOME", "CARE_HOME": "HOME", "SCHOOL": "SCHOOL", "COLLEGE": "SCHOOL",
}  # fmt: skip


def draw_words(weights: dict[str, float], how_many: int, rng: np.random.Generator) -> Words:
    """Draw codes by their weight."""
    share = np.array(list(weights.values()), dtype=float)
    at = rng.choice(len(share), how_many, p=share / share.sum())
    return np.array(list(weights), dtype=object)[at]


def draw_locations(how_many: int, rng: np.random.Generator) -> Words:
    """Draw kinds of location as they are spread over the county."""
    return draw_words(_USUAL_LOCATIONS, how_many, rng)


def contexts(locations: Words, rng: np.random.Generator) -> Words:
    """Say in which context a record belongs, by its kind of location."""
    loose = rng.choice(["NEIGHBOURHOOD", "PEERS", "ONLINE", "UNKNOWN"], len(locations), p=[0.74, 0.2, 0.03, 0.03])  # fmt: skip
    return np.array([_CONTEXTS.get(k, v) for k, v in zip(locations, loose, strict=True)], dtype=object)  # fmt: skip


def sources(harms: Words, rng: np.random.Generator) -> Words:
    """Say which agency recorded each harm."""
    family = np.array([_family(h) for h in harms], dtype=object)
    out = np.empty(len(harms), dtype=object)
    for key, shares in _WHO.items():
        mine = np.flatnonzero(family == key)
        out[mine] = rng.choice(np.array(SOURCES, dtype=object), len(mine), p=shares)
    return out


def origins(who: Words, rng: np.random.Generator) -> Words:
    """Say how each agency came to know."""
    out = np.empty(len(who), dtype=object)
    for source in SOURCES:
        mine = np.flatnonzero(who == source)
        out[mine] = rng.choice(np.array(_ORIGINS, dtype=object), len(mine), p=_HOW[source])
    return out


def as_practitioners_write(codes: Words, who: Words, rng: np.random.Generator) -> Words:
    """Write harms as each agency does: assessment codes, labels or their own words."""
    rows = load_vocabulary("harm").rows
    chance = rng.random(len(codes))
    written = []
    for code, source, luck in zip(codes, who, chance, strict=True):
        own = [a for a in rows[code]["aliases"].split("|") if a]
        codes_of_assessment = [a for a in own if a[:1].isdigit()]
        plain = [a for a in own if not a[:1].isdigit()]
        if source == "Children's social care" and codes_of_assessment and luck < 0.45:
            written.append(codes_of_assessment[0])
        elif plain and luck > 0.7:
            written.append(plain[0].capitalize())
        else:
            written.append(rows[code]["label"])
    return np.array(written, dtype=object)


def _family(harm: str) -> str:
    first = harm.split(".", maxsplit=1)[0]
    return first if first in _WHO else ""
