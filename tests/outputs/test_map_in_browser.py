"""Does the map work in a real browser, without any network and without trusting any name?"""

import re

import pandas as pd
import pytest

from csgeo.disclosure.release import make_release
from csgeo.outputs.map import map_html, write_map
from csgeo.vocabulary import load_vocabulary
from tests.outputs.invented import cells_of, invented_study

pytestmark = pytest.mark.browser

#: Each of these has run as script in some map page: as markup, in a template
#: literal, at the end of a script element, as an attribute, as a Jinja expression.
PAYLOADS = (
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "${document.title='owned'}",
    "`;document.title='owned';`",
    '" onmouseover="document.title=\'owned\'" x="',
    "{{ 7 * 191 }}{% raw %}",
    "\\u003cimg src=x onerror=document.title='owned'\\u003e\u2028",
)


@pytest.fixture
def look(browser):
    """Open a page; give it with everything that it asked for and everything it complained of."""
    opened = []

    def open_page(path, width=1366, height=768, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        opened.append(context)
        return page, asked, said

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    """Ten places, on a map of one file."""
    study = invented_study(people_known=False)
    more = study.hotspots.iloc[:2].assign(name=["Around Low Row", "Around High Row"], incidents=31)
    more.index = [f"{id_}x" for id_ in more.index]
    more.geometry = more.translate(0, -1000)
    more["cells"] = [
        re.sub(r"(?<=N)\d+", lambda north: str(int(north[0]) - 1000), ids) for ids in more["cells"]
    ]
    study.hotspots = pd.concat([study.hotspots, more]).rename_axis("hotspot_id")
    first, second = study.incidents.iloc[:31], study.incidents.iloc[791 : 791 + 31]
    moved = pd.concat([first, second]).rename(index=lambda id_: f"{id_}x")
    moved.geometry = moved.translate(0, -1000)
    study.incidents = pd.concat([study.incidents, moved])
    study.cells = cells_of(study.incidents)
    return write_map(make_release(study), tmp_path_factory.mktemp("share"))["map.html"]


def test_ten_numbered_places_and_one_request(ten, look):
    page, asked, said = look(ten)
    page.wait_for_selector("body[data-drawn]", state="attached")
    page.wait_for_timeout(300)
    numbers = page.locator(".number")
    assert numbers.all_text_contents() == [str(n) for n in range(1, 11)]
    assert all(numbers.nth(i).is_visible() for i in range(10))
    assert page.locator(".leaflet-shapes-pane path").count() == 10
    assert page.locator(".service-box").count() == 7
    assert page.locator(".places li").count() == 10
    assert asked == [ten.as_uri()]
    assert said == []


def test_numbers_do_not_lie_over_each_other(ten, look):
    page, _, _ = look(ten, width=390, height=844)
    for _ in range(3):
        page.locator(".leaflet-control-zoom-out").click()
        page.wait_for_timeout(400)
    boxes = [n.bounding_box() for n in page.locator(".number").all()]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = ((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2) ** 0.5
            assert apart > 25


def test_a_place_is_chosen_from_the_list_and_from_the_map_and_by_the_keyboard(ten, look):
    page, _, said = look(ten)
    page.locator("[data-place]").nth(1).click()
    card = page.locator(".card")
    assert card.locator("h3").text_content() == "2 · Around Station Road"
    assert "About 365 records, where about 30 would be expected." in card.text_content()
    assert page.locator("[data-place][aria-pressed=true]").count() == 1
    card.locator("button").click()
    frame, number = page.locator(".folium-map").bounding_box(), page.locator(".number").nth(1)
    assert number.text_content() == "2"
    middle = frame["x"] + frame["width"] / 2
    assert abs(number.bounding_box()["x"] + 14 - middle) < 20
    page.locator(".leaflet-control-container [aria-label='Show all places']").click()
    page.locator(".number-box").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert page.locator(".card h3").last.text_content().startswith("3 · ")
    assert said == []


def test_layers_are_switched_and_the_legend_follows(ten, look):
    page, _, said = look(ten)
    assert page.locator(".leaflet-counts-pane g path").count() == 0
    assert page.locator("[data-legend=cells]").first.is_hidden()
    page.check("[data-layer=cells]")
    assert page.locator(".leaflet-counts-pane g path").count() == 3
    assert page.locator("[data-legend=cells]").first.is_visible()
    page.uncheck("[data-layer=services]")
    assert page.locator(".service-box").count() == 0
    assert page.locator("[data-legend=services]").first.is_hidden()
    assert said == []


def test_many_kinds_of_service_fold_away(look, tmp_path):
    study = invented_study()
    kinds = [k for k in load_vocabulary("service").codes if k not in set(study.services["kind"])]
    more = study.services.iloc[[0] * 6].assign(kind=kinds[:6])
    more.index = [f"M{n}" for n in range(6)]
    study.services = pd.concat([study.services, more]).rename_axis("service_id")
    page, _, said = look(write_map(make_release(study), tmp_path)["map.html"])
    assert page.locator(".legend summary").text_content() == "11 kinds of service"
    assert page.locator(".kinds [data-legend=services]").first.is_hidden()
    page.locator(".legend summary").click()
    assert page.locator(".kinds [data-legend=services]").first.is_visible()
    assert said == []


@pytest.mark.parametrize("width", [390, 1366])
def test_no_number_lies_under_the_furniture(ten, look, width):
    page, _, _ = look(ten, width=width, height=844)
    page.wait_for_selector("body[data-drawn]", state="attached")
    furniture = page.locator(".leaflet-bar, .leaflet-control-scale, .north").all()
    covers = [f.bounding_box() for f in furniture]
    assert len(covers) == 4
    for number in page.locator(".number").all():
        box = number.bounding_box()
        for cover in covers:
            assert (
                box["x"] > cover["x"] + cover["width"]
                or cover["x"] > box["x"] + box["width"]
                or box["y"] > cover["y"] + cover["height"]
                or cover["y"] > box["y"] + box["height"]
            )


@pytest.mark.parametrize("width", [390, 1366])
def test_nothing_sticks_out_and_every_target_is_large_enough(ten, look, width):
    page, _, _ = look(ten, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for target in page.locator("button:visible, input:visible, .leaflet-bar a:visible").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 20


def test_names_are_shown_and_never_run(look, tmp_path):
    study = invented_study(
        people_known=False,
        title=PAYLOADS[2],
        marking=PAYLOADS[0],
        attribution=PAYLOADS,
        caveats=PAYLOADS,
    )
    study.hotspots["name"] = list(PAYLOADS)
    study.hotspots["stratum"] = PAYLOADS[0]
    study.hotspots["peak_slots"] = PAYLOADS[3]
    study.services["name"] = list(PAYLOADS[:7])
    study.services_near["nearest_name"] = PAYLOADS[0]
    study.basemap.loc[study.basemap["kind"] == "settlement", "name"] = PAYLOADS[0]
    study.area["name"] = PAYLOADS[1]
    study.set_aside["reason"] = PAYLOADS[1]
    path = write_map(make_release(study), tmp_path)["map.html"]
    page, asked, said = look(path)
    page.wait_for_selector("body[data-drawn]", state="attached")
    page.check("[data-layer=cells]")
    for place in range(8):
        page.locator("[data-place]").nth(place).click()
        page.wait_for_timeout(60)
        assert page.locator(".card img, .card script").count() == 0
    for service in page.locator(".service-box").all()[:3]:
        service.dispatch_event("mouseover")
    page.wait_for_timeout(200)
    assert page.title() == f"{PAYLOADS[2]} ({PAYLOADS[0]})"
    shown = page.locator(".places b").all_text_contents()
    assert sorted(shown) == sorted(PAYLOADS)
    assert page.locator("img").count() == 0
    assert asked == [path.as_uri()]
    assert said == []


def test_without_javascript_the_list_and_the_table_say_the_same(ten, look):
    page, asked, _ = look(ten, java_script_enabled=False)
    assert page.locator(".noscript").is_visible()
    assert page.locator("tbody tr").count() == 10
    assert page.locator("tbody tr").first.is_visible()
    assert page.locator(".places li b").first.is_visible()
    assert asked == [ten.as_uri()]


def test_on_paper_every_place_is_on_the_first_page(ten, look):
    page, _, said = look(ten)
    page.wait_for_selector("body[data-drawn]", state="attached")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    frame = page.locator(".folium-map").bounding_box()
    assert frame["width"] == 740
    for number in page.locator(".number").all():
        box = number.bounding_box()
        assert frame["x"] <= box["x"] <= frame["x"] + frame["width"]
        assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert said == []


def test_only_the_scripts_of_the_page_may_run():
    page = map_html(make_release(invented_study()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "unsafe-eval" not in policy
    # the policy stands before anything that it is about
    assert page.index("Content-Security-Policy") < page.index("<script>")
    assert not re.search(r"(src|href)=[\"']?(https?:)?//(?!leafletjs\.com)", page)
    assert 'lang="en-GB"' in page
    assert "user-scalable" not in page
