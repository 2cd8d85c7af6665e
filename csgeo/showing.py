"""How does the command line show a release?

``csgeo app``: one person at this machine, or many people at a server that knows who they are.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable


def dashboard(
    release: Annotated[Path | None, typer.Argument(help="The folder of a release.")] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="Its recipe: the Method page can then try other choices. Analysts only."),
    ] = None,
    *,
    port: Annotated[int | None, typer.Option(help="Where it listens; else 8501.")] = None,
    login: Annotated[
        Path | None, typer.Option(help="How people sign in, on a server (docs/server.md).")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="At this machine alone: viewer, planner, analyst or admin.")
    ] = None,
) -> None:
    """Show a release in the dashboard: on this machine only, or, with --login, on a server.

    Example: csgeo app out/release
    """
    shown = _release_to_show(release, recipe)
    from csgeo.disclosure.release import require_viewable  # noqa: PLC0415
    from csgeo.store.releases import open_release  # noqa: PLC0415

    # refused here, in words, rather than in the browser; with a recipe the first can be made there
    if recipe is None or shown.is_dir():
        require_viewable(open_release(shown))
    _serve()(
        shown,
        recipe=recipe,
        port=port,
        login=login,
        role=role,
        on_ready=_say_where(by_link=login is None),
        asked=sys.stdin if sys.stdin.isatty() else None,
    )


def _say_where(*, by_link: bool) -> Callable[[str], None]:
    """Give what says the address: at one machine it lets in once, so each new one is said too."""
    more = "; it works once, Enter gives another" if by_link else ""
    return lambda page: typer.echo(f"The dashboard is at {page} (stop it with Ctrl+C{more})")


def _release_to_show(release: Path | None, recipe: Path | None) -> Path:
    """Give the release that is named, or else where the recipe's own run puts it."""
    if recipe is None:
        if release is not None:
            return release
        msg = (
            "The dashboard needs a release to show: `csgeo app out/release`; or the recipe that "
            "made one: `csgeo app --recipe csgeo.toml`."
        )
        raise RecipeError(msg)
    from csgeo.answering import RELEASE  # noqa: PLC0415
    from csgeo.recipe import load_recipe  # noqa: PLC0415

    loaded = load_recipe(recipe, folders=os.environ)
    return release or loaded.path(loaded.folder) / RELEASE


def _serve() -> Callable[..., None]:
    """Find the dashboard: inside an installed csgeo, or beside it in a checkout."""
    here = Path(__file__).parent
    home = next(p for p in (here / "_app", here.parent / "app") if (p / "serve.py").is_file())
    sys.path.insert(0, str(home))
    import serve  # type: ignore[import-not-found]  # noqa: PLC0415

    found: Callable[..., None] = serve.serve
    return found
