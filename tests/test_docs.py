"""Does the code in the README and in the docs run, and do the docs say what the code says?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
WITH_CODE = [p for p in PAGES if BLOCK.search(p.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda p: p.name)
def test_the_code_on_a_page_runs_from_top_to_bottom(page, county_folder, tmp_path, monkeypatch):
    (tmp_path / "county").symlink_to(county_folder)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": page.stem}
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        exec(compile(block, str(page), "exec"), space)  # our own docs
    assert len(space) > 2, "the code defined nothing"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_each_link_to_a_file_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [link for link in links if not link.startswith(("http", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_data_dictionary_is_the_one_that_the_tables_declare():
    printed = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "dictionary")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == printed


def test_no_paragraph_of_documentation_stands_twice():
    seen: dict[str, Path] = {}
    twice = []
    for page in PAGES:
        for paragraph in page.read_text(encoding="utf-8").split("\n\n"):
            words = " ".join(paragraph.split())
            if len(words) > 160 and not words.startswith(("```", "|")):
                if words in seen:
                    twice.append((page.name, seen[words].name, words[:60]))
                seen[words] = page
    assert twice == []


PICTURES = ROOT / "docs" / "pictures"
METHOD_PAGES = sorted((ROOT / "docs" / "methods").glob("*.md"))


@pytest.mark.parametrize("page", METHOD_PAGES, ids=lambda p: p.name)
def test_each_method_page_shows_a_picture_and_says_what_is_on_it(page):
    if page.stem == "choosing":
        return  # a table is its picture
    shown = re.findall(r"!\[([^\]]*)\]\(\.\./pictures/([^)]+)\)", page.read_text(encoding="utf-8"))
    assert shown, f"{page.name} has no picture: draw one with scripts/method_pictures.py"
    for words, file in shown:
        assert len(words) > 20, f"{page.name}: say what {file} shows"
        assert (PICTURES / file).stat().st_size < 200_000


def test_no_picture_of_a_method_is_left_over():
    text = "".join(p.read_text(encoding="utf-8") for p in METHOD_PAGES)
    drawn = sorted(p.name for p in (PICTURES / "methods").glob("*.png"))
    assert len(drawn) > 25
    assert [name for name in drawn if f"pictures/methods/{name}" not in text] == []
