"""What are things called in a county that does not exist?

Settlements have made-up names; streets and landmarks have the generic names
that one meets anywhere in England.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

COUNTY = "Corvenshire"
CITY = "Corvenham"
MARKET_TOWN = "Merrinstow"
COAST_TOWN = "Pellamouth"
SMALL_TOWNS = ("Tavelbridge", "Osselworth", "Yarrelford")
RIVER = "River Corven"
DISTRICTS = (
    "City of Corvenham",
    "Merrinstow Vale",
    "Pella Coast",
    "Upper Yarrel",
    "Osselmarsh",
)
#: Larger places beyond the border, known only by what they are.
ELSEWHERE = ("A northern city", "A western city", "A port to the east")

_VILLAGE_STARTS = (
    "Quend", "Tavel", "Yarrel", "Ossel", "Merrin", "Drenn", "Fossick", "Hallow", "Irrel",
    "Jossel", "Kevrin", "Lorrim", "Morvel", "Nantle", "Orrin", "Pellin", "Rissel", "Sorrel",
    "Tressel", "Ulver", "Venn", "Wessel", "Yevrin", "Zarrow", "Brannel", "Calver", "Dorrel",
    "Ervin", "Gannel", "Hesker",
)  # fmt: skip
_VILLAGE_ENDS = ("combe", "wick", "ley", "stead", "mere", "holt", "thwaite", "den", "garth", "by")
_SUBURBS = (
    "Castle Meadow", "Eastfields", "Northgate", "Quarry Hill", "Riverside", "Southlands",
    "Tannery", "Westbrook", "Millfields", "Chapel End", "Harbour", "Old Town", "Orchards",
    "Priory", "The Warren", "Foundry", "Lakeside", "Highlands",
)  # fmt: skip
_STEMS = (
    "Acorn", "Alder", "Anchor", "Apple", "Ash", "Badger", "Barley", "Beacon", "Beech", "Bell",
    "Birch", "Blackbird", "Bluebell", "Bramble", "Brewery", "Bridge", "Brook", "Canal", "Carpenter",
    "Castle", "Cedar", "Chapel", "Cherry", "Chestnut", "Clover", "Cobbler", "Compass", "Cooper",
    "Copper", "Corn", "Cricket", "Curlew", "Daisy", "Dairy", "Dove", "Elder", "Elm", "Factory",
    "Falcon", "Fern", "Ferry", "Field", "Finch", "Flax", "Forge", "Foundry", "Fox", "Garden",
    "Glebe", "Granary", "Grange", "Green", "Grove", "Harrow", "Harvest", "Hawthorn", "Hazel",
    "Heath", "Heron", "Hill", "Holly", "Honey", "Ivy", "Jubilee", "Juniper", "Kestrel", "Kiln",
    "Kingfisher", "Lantern", "Larch", "Lark", "Laurel", "Lavender", "Lilac", "Lime", "Linden",
    "Linnet", "Lodge", "Loom", "Magpie", "Mallard", "Maple", "Marsh", "Mason", "Meadow", "Mill",
    "Moor", "Mulberry", "Oak", "Orchard", "Otter", "Park", "Partridge", "Pear", "Pheasant", "Pine",
    "Plough", "Plover", "Plum", "Poplar", "Poppy", "Potter", "Primrose", "Quarry", "Raven", "Reed",
    "River", "Robin", "Rope", "Rose", "Rowan", "Rush", "Saddler", "School", "Sheaf", "Shepherd",
    "Skylark", "Sorrel", "Sparrow", "Spring", "Starling", "Stone", "Swallow", "Swan", "Sycamore",
    "Tanner", "Teal", "Thistle", "Thrush", "Tile", "Vale", "Vine", "Walnut", "Water", "Weaver",
    "Well", "Wheat", "Willow", "Wood", "Wren", "Yew",
)  # fmt: skip
_KINDS = ("Street", "Road", "Close", "Avenue", "Lane", "Drive", "Gardens", "Way", "Crescent")
_CENTRAL = ("Market Street", "High Street", "Bridge Street", "Church Street", "Castle Street")


def village_names(how_many: int, rng: np.random.Generator) -> list[str]:
    """Make up village names, each used once."""
    pairs = [(a, b) for a in _VILLAGE_STARTS for b in _VILLAGE_ENDS]
    chosen = rng.permutation(len(pairs))
    names: list[str] = []
    used: set[str] = set()
    for i in chosen:
        start, end = pairs[i]
        if start not in used and len(names) < how_many:
            used.add(start)
            names.append(start + end)
    for i in chosen:  # more villages than starts: a start may come twice
        if len(names) < how_many and "".join(pairs[i]) not in names:
            names.append("".join(pairs[i]))
    return names


def suburb_names(how_many: int, rng: np.random.Generator) -> list[str]:
    """Pick generic names for parts of a town, each used once."""
    return [str(_SUBURBS[i]) for i in rng.permutation(len(_SUBURBS))[:how_many]]


def street_names(how_many: int, rng: np.random.Generator) -> list[str]:
    """Pick street names for one settlement: the central ones first, each used once."""
    pairs = [f"{stem} {kind}" for kind in _KINDS for stem in _STEMS]
    chosen = [pairs[i] for i in rng.permutation(len(pairs))]
    return [*_CENTRAL, *(n for n in chosen if n not in _CENTRAL)][:how_many]
