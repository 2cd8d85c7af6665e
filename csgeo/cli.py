"""Which question does the command line ask, and how is it answered?

Results go to stdout, progress to stderr. Exit codes: 0 all is well, 2 the
command or the recipe cannot be meant, 3 the data failed their checks, 4 there
is nothing to report.
"""

from __future__ import annotations

import enum
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import csgeo
from csgeo import governing, handing_out, keeping, keyring, pseudonymising, showing
from csgeo.errors import CsgeoError, NothingToReport, RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csgeo.disclosure.release import Release

USAGE, DATA_FAILED, NOTHING = 2, 3, 4

app = typer.Typer(
    name="csgeo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="From scattered records of harm to a short, ranked list of the places that matter.",
)


class Holds(enum.StrEnum):
    """What a file can hold."""

    incidents = "incidents"
    services = "services"
    areas = "areas"
    places = "places"
    streets = "streets"


app.add_typer(governing.review, name="review")
app.add_typer(governing.journal, name="journal")
app.add_typer(keyring.key, name="key")
app.command()(governing.dpia)
app.command()(keeping.seal)
app.command()(keeping.unseal)
app.command()(keeping.purge)
app.command("app")(showing.dashboard)
app.command()(handing_out.publish)
app.command()(handing_out.export)
app.command()(pseudonymising.pseudonyms)

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON, for other programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where the project goes.")] = Path(),
) -> None:
    """Start a project: a recipe to fill in, folders for data and answers.

    Example: csgeo init my-partnership
    """
    recipe = folder / "csgeo.toml"
    if recipe.exists():
        msg = f"{recipe} is there already and is left as it is. Name another folder, or edit that file."
        raise RecipeError(msg)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    template = Path(__file__).parent / "recipe_template.toml"
    recipe.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# records and answers never go into a repository\n/data/\n/out/\n")
    typer.echo(f"Written: {recipe}. Put your files in {folder / 'data'}, name them in the recipe,")
    typer.echo(f"then try: csgeo check {folder / 'data'}/YOUR-FILE, and: csgeo run {recipe}")


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where the invented county goes.")] = Path(
        "county"
    ),
    seed: Annotated[int, typer.Option(help="Another seed, another county.")] = 1,
) -> None:
    """Write the invented county: no real place, no real person, planted truth.

    Example: csgeo sample county && csgeo run county/csgeo.toml
    """
    from csgeo.samples import write_county  # noqa: PLC0415  heavy: only where used

    written = write_county(folder, seed=seed)
    recipe = folder / "csgeo.toml"
    if not recipe.exists():
        text = (Path(__file__).parent / "samples" / "county.toml").read_text(encoding="utf-8")
        recipe.write_text(text, encoding="utf-8")
    for path in (*written.values(), recipe):
        typer.echo(path)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file of records, or of what --as says.")],
    what: Annotated[Holds, typer.Option("--as", help="What the file holds.")] = Holds.incidents,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet, if it has several.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a file holds, what of it would be used, and what would not.

    Example: csgeo check data/incidents.csv
    """
    from csgeo.noting import note  # noqa: PLC0415
    from csgeo.sources.police import is_police  # noqa: PLC0415  heavy: only where used

    note(None, "load", f"a file of {what.value}, to say what it holds")
    if what is Holds.incidents and layer is None and is_police(file):
        reading = csgeo.read_police(file)
    else:
        reading = getattr(csgeo, f"read_{what.value}")(file, layer=layer)
    typer.echo(
        json.dumps(reading.report.to_dict(), ensure_ascii=False, indent=2)
        if as_json
        else str(reading.report)
    )
    if reading.report.rows_used == 0:
        raise typer.Exit(DATA_FAILED)


@app.command()
def run(
    recipe: Annotated[Path, typer.Argument(help="The recipe.")] = Path("csgeo.toml"),
    out: Annotated[Path | None, typer.Option(help="Another folder for the answers.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Answer a recipe: from files to a release, a map and GIS files.

    Example: csgeo run csgeo.toml
    """
    release, folder = _answer(recipe, out, quiet=quiet)
    _say(release, folder, as_json=as_json)


@app.command()
def compare(
    recipe: Annotated[Path, typer.Argument(help="The recipe.")] = Path("csgeo.toml"),
    *,
    method: Annotated[
        list[str] | None, typer.Option(help="A method to compare; may be given several times.")
    ] = None,
    cell_m: Annotated[
        list[int] | None, typer.Option(help="A side of cells in metres; several times.")
    ] = None,
    later_months: Annotated[int, typer.Option(help="Months looked at after each cut.")] = 6,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare methods and cell sizes on your own history. Analysts only: the shares are exact.

    Example: csgeo compare csgeo.toml --method compact_places --method getis_ord
    """
    from csgeo.answering import SECURE  # noqa: PLC0415
    from csgeo.governance import agreed_of, check_retention  # noqa: PLC0415
    from csgeo.history import CELL_SIZES, METHODS, compare_on_history  # noqa: PLC0415
    from csgeo.noting import note, note_run, now  # noqa: PLC0415
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    loaded = load_recipe(recipe, folders=os.environ)
    check_retention(agreed_of(loaded), on=now().date())
    secure = loaded.path(loaded.folder) / SECURE
    note_run(loaded, secure, trial=True)
    note(secure, "look", "exact shares of methods and cell sizes", why="to choose a method")
    with _progress(quiet=quiet) as progress:
        found = compare_on_history(
            loaded,
            methods=method or METHODS,
            cell_sizes=cell_m or CELL_SIZES,
            later_months=later_months,
            progress=progress,
        )
    if as_json:
        typer.echo(found.table.reset_index().to_json(orient="records", indent=2))
        return
    shown = found.table[["share_of_records", "pai", "pai_streets", "recapture_rate_index"]]
    typer.echo(shown.round(3).to_string(na_rep=""))
    typer.echo("\n" + "\n".join(found.words))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo goes.")] = Path("demo"),
    no_app: Annotated[bool, typer.Option("--no-app", help="Stop before the dashboard.")] = False,
    port: Annotated[int, typer.Option(help="Where the dashboard listens.")] = 8501,
    quiet: Quiet = False,
) -> None:
    """Show everything once: the invented county, its study, release, outputs, dashboard.

    Example: csgeo demo
    """
    sample(folder, seed=1)
    release, out = _answer(folder / "csgeo.toml", None, quiet=quiet)
    _say(release, out, as_json=False)
    if not no_app:
        showing.dashboard(out / "release", recipe=folder / "csgeo.toml", port=port)


def _answer(path: Path, out: Path | None, *, quiet: bool) -> tuple[Release, Path]:
    """Run a recipe and say how far it is."""
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    recipe = load_recipe(path, folders=os.environ)  # a slip is said before anything heavy loads
    from csgeo.answering import answer  # noqa: PLC0415

    folder = out or recipe.path(recipe.folder)
    with _progress(quiet=quiet) as progress:
        release = answer(recipe, folder, progress=progress)
    return release, folder


def _say(release: Release, folder: Path, *, as_json: bool) -> None:
    from csgeo.outputs.words import sentence  # noqa: PLC0415

    places = release.hotspots.sort_values("rank")
    if as_json:
        rows = [
            {"rank": int(p.rank_), "name": p.name, "about": int(p.incidents), "band": p.band}
            for p in places.rename(columns={"rank": "rank_"}).itertuples(index=False)
        ]
        answer = {"sentence": sentence(release), "places": rows, "hidden": dict(release.hidden)}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    typer.echo(sentence(release))
    about = "about" if release.round_to > 1 else "     "
    for p in places.rename(columns={"rank": "rank_"}).itertuples(index=False):
        typer.echo(f"{p.rank_:>3}  {p.name:<60} {about} {p.incidents:>6,}  {p.band}")
    typer.echo("\n" + _where(release, folder))


def _where(release: Release, folder: Path) -> str:
    """Say what lies where, and what must happen before it goes out."""
    from csgeo.disclosure.release import EXACT  # noqa: PLC0415

    if release.audience == EXACT:
        secure = folder / "secure"
        return (
            f"Exact counts, for analysts only ({release.recipient}: {release.purpose}): "
            f"{secure / 'share'}\nThey stay on the secure side; no dashboard shows them."
        )
    return (
        f"To look at:    {folder / 'share'}  (open map.html; hotspots.gpkg opens styled in QGIS)\n"
        f"The release:   {folder / 'release'}  (csgeo app {folder / 'release'})\n"
        f"Analysts only: {folder / 'secure'}  (what was read and what was set aside)\n"
        "Before any of it goes out: csgeo publish, so that later releases are held against it."
    )


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Draw a progress bar on stderr, where somebody is there to see it."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    if quiet:
        yield lambda _what, _done, _of: None
        return
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; every failure that is foreseen is said in words, with its exit code."""
    _leave_no_memory_behind()
    try:
        return app(arguments, standalone_mode=True)
    except NothingToReport as error:
        return _failed(error, NOTHING)
    except RecipeError as error:
        return _failed(error, USAGE)
    except CsgeoError as error:
        return _failed(error, DATA_FAILED)


def _leave_no_memory_behind() -> None:
    """Let a crash write no core file: it would hold records."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  only there

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _failed(error: CsgeoError, code: int) -> None:
    typer.echo(f"csgeo: {error}", err=True)
    raise SystemExit(code)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"csgeo {csgeo.__version__} (results last changed {csgeo.RESULTS_CHANGED})")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Say which csgeo this is."
        ),
    ] = False,
) -> None:
    """From scattered records of harm to a short, ranked list of the places that matter."""


if __name__ == "__main__":
    main()
