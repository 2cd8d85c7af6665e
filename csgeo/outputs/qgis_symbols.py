"""How does QGIS write a symbol, a label and a style?

Plain elements of QML; which layer gets which is said in :mod:`csgeo.outputs.qml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from csgeo.outputs.style import GROUND, INK

if TYPE_CHECKING:
    from collections.abc import Iterable

_MM_PER_PX = 25.4 / 96
#: value of the field, label, symbol
Category = tuple[str, str, Element]


def line(look: dict[str, Any]) -> Element:
    """Make a line symbol from a base map rule."""
    return symbol(
        "line",
        "SimpleLine",
        {
            "line_color": rgba(look["stroke"]),
            "line_width": mm(look["width"]),
            "line_style": "dash" if look["dash"] else "solid",
            "line_width_unit": "MM",
        },
    )


def fill(
    colour: str | None,
    outline: str | None,
    width_px: float,
    *,
    opacity: float = 1,
    pen: str = "solid",
    brush: str = "solid",
    rules: dict[str, str] | None = None,
) -> Element:
    """Make a fill symbol; `rules` are expressions that set a property for each feature."""
    return symbol(
        "fill",
        "SimpleFill",
        {
            "color": rgba(colour or GROUND, opacity),
            "style": brush if colour else "no",
            "outline_color": rgba(outline or INK),
            "outline_style": pen if outline else "no",
            "outline_width": mm(width_px),
            "outline_width_unit": "MM",
            "joinstyle": "miter",
        },
        rules,
    )


def marker(shape: str, colour: str, outline: str, size_mm: float) -> Element:
    """Make a marker symbol."""
    return symbol(
        "marker",
        "SimpleMarker",
        {
            "name": shape,
            "color": rgba(colour),
            "outline_color": rgba(outline),
            "outline_style": "solid",
            "outline_width": mm(1.6),
            "size": f"{size_mm:g}",
            "size_unit": "MM",
        },
    )


def symbol(
    kind: str, layer: str, options: dict[str, str], rules: dict[str, str] | None = None
) -> Element:
    """Make a symbol of one layer."""
    made = Element("symbol", type=kind, name="0", alpha="1", clip_to_extent="1", force_rhr="0")
    inside = SubElement(made, "layer", {"class": layer, "enabled": "1", "pass": "0", "locked": "0"})
    listed = SubElement(inside, "Option", type="Map")
    for name, value in options.items():
        SubElement(listed, "Option", name=name, value=value, type="QString")
    _data_defined(inside, rules or {})
    return made


def labels(
    field: str,
    *,
    colour: str,
    size: float,
    bold: bool = False,
    halo: bool = False,
    disc: bool = False,
) -> Element:
    """Make labels over the middle of each feature: with a white disc, or a white halo."""
    made = Element("labeling", type="simple")
    settings = SubElement(made, "settings", calloutType="simple")
    text = SubElement(
        settings,
        "text-style",
        fieldName=field,
        isExpression="0",
        fontFamily="Arial",
        fontSize=f"{size:g}",
        fontSizeUnit="Point",
        fontWeight="75" if bold else "50",
        namedStyle="Bold" if bold else "Regular",
        textColor=rgba(colour),
        textOpacity="1",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1" if halo else "0",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=rgba(GROUND),
        bufferOpacity="1",
    )
    if disc:
        SubElement(
            text,
            "background",
            shapeDraw="1",
            shapeType="3",  # circle
            shapeSizeType="1",  # of a fixed size
            shapeSizeX="6.4",
            shapeSizeY="6.4",
            shapeSizeUnit="MM",
            shapeFillColor=rgba(GROUND),
            shapeBorderColor=rgba(INK),
            shapeBorderWidth=mm(2),
            shapeBorderWidthUnit="MM",
            shapeOpacity="1",
        )
    # over the point; over the middle of an area, inside it
    SubElement(
        settings,
        "placement",
        placement="1",
        quadOffset="4",
        centroidInside="1",
        fitInPolygonOnly="0",
        priority="10",
        overrunDistance="0",
    )
    SubElement(settings, "rendering", displayAll="1" if disc else "0", obstacle="0", drawLabels="1")
    return made


def categorised(field: str, categories: Iterable[Category], *more: Element) -> str:
    """Write a style that draws each value of a field by its own symbol."""
    renderer = Element(
        "renderer-v2", type="categorizedSymbol", attr=field, symbollevels="0", enableorderby="0"
    )
    listed, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, (value, label, made) in enumerate(categories):
        SubElement(
            listed,
            "category",
            value=value,
            label=label,
            symbol=str(number),
            render="true",
            type="string",
        )
        made.set("name", str(number))
        symbols.append(made)
    return document(renderer, *more)


def single(made: Element, *more: Element) -> str:
    """Write a style that draws every feature alike."""
    renderer = Element("renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0")
    SubElement(renderer, "symbols").append(made)
    return document(renderer, *more)


def document(renderer: Element, *more: Element) -> str:
    """Write the whole document that QGIS reads."""
    qgis = Element(
        "qgis",
        version="3.22.0",
        styleCategories="Symbology|Labeling",
        labelsEnabled="1" if more else "0",
    )
    qgis.append(renderer)
    qgis.extend(more)
    indent(qgis, space=" ")
    text = tostring(qgis, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n"


def _data_defined(layer: Element, rules: dict[str, str]) -> None:
    if not rules:
        return
    outer = SubElement(SubElement(layer, "data_defined_properties"), "Option", type="Map")
    SubElement(outer, "Option", name="name", value="", type="QString")
    listed = SubElement(outer, "Option", name="properties", type="Map")
    for name, expression in rules.items():
        one = SubElement(listed, "Option", name=name, type="Map")
        SubElement(one, "Option", name="active", value="true", type="bool")
        SubElement(one, "Option", name="expression", value=expression, type="QString")
        SubElement(one, "Option", name="type", value="3", type="int")
    SubElement(outer, "Option", name="type", value="collection", type="QString")


def rgba(colour: str, opacity: float = 1) -> str:
    """Write a colour as QGIS does: red, green, blue, opacity, 0 to 255 each.

    Examples
    --------
    >>> rgba("#12436D")
    '18,67,109,255'
    """
    digits = colour.removeprefix("#")
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    alpha = int(digits[6:8], 16) if len(digits) == 8 else round(255 * opacity)
    return f"{red},{green},{blue},{alpha}"


def mm(px: float) -> str:
    """Write a width on the screen as millimetres."""
    return f"{px * _MM_PER_PX:.2f}"
