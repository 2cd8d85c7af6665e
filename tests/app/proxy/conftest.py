"""nginx as it is shipped, with keys that are made here, in front of a dashboard that runs."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "app"
PROXY = APP / "proxy"
SECRET = "of-this-test-alone-" + os.urandom(16).hex()
_NAMES = {"CN": NameOID.COMMON_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "O": NameOID.ORGANIZATION_NAME}  # fmt: skip


class Authority:
    """Somebody who gives out certificates, and takes them back."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key, self.taken_back = ec.generate_private_key(ec.SECP256R1()), []
        self.file = folder / f"{name}.pem"
        self._write(self.file, self._signed(self.name, self.key.public_key(), ca=True))

    def gives(self, called: str, *subject: tuple[str, str], host: str = "") -> tuple[Path, Path]:
        """Make a key and a certificate for somebody: the parts of the subject as they are given."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(_NAMES[k], v) for k, v in subject])
        made = self._signed(name, key.public_key(), host=host)
        files = self.folder / f"{called}.crt", self.folder / f"{called}.key"
        self._write(files[0], made)
        plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        files[1].write_bytes(key.private_bytes(*plain, serialization.NoEncryption()))
        files[1].chmod(0o600)
        return files

    def takes_back(self, file: Path) -> None:
        self.taken_back.append(x509.load_pem_x509_certificate(file.read_bytes()).serial_number)

    def list_of_those_taken_back(self, file: Path) -> None:
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        made = made.last_update(now - dt.timedelta(1)).next_update(now + dt.timedelta(1))
        for number in self.taken_back:
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
            made = made.add_revoked_certificate(one.build())
        self._write(file, made.sign(self.key, hashes.SHA256()))

    def _signed(self, name, public, *, ca: bool = False, host: str = ""):
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self.name)
        made = made.public_key(public).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
        made = made.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if host:
            made = made.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
            )
        return made.sign(self.key, hashes.SHA256())

    @staticmethod
    def _write(file: Path, made) -> None:
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM))


class Answer(NamedTuple):
    """What came back, each header as it was sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [v for k, v in self.headers if k.lower() == name.lower()]


class Front(NamedTuple):
    """nginx, with the files that it reads and writes."""

    port: int
    plain_port: int
    folder: Path
    authority: Authority
    staff: Authority
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def connected(self, *, who: tuple[Path, Path] | None = None, name: str = "localhost", tls=None):
        context = ssl.create_default_context(cafile=self.authority.file)
        if tls:
            context.minimum_version = context.maximum_version = tls
        if who:
            context.load_cert_chain(*who)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return context.wrap_socket(plain, server_hostname=name)

    def ask(
        self, path: str = "/", *headers: str, method: str = "GET", body: bytes = b"", who=None
    ) -> Answer:
        """Send just these lines, and read the answer to its end."""
        with self.connected(who=who) as line:
            lines = [f"{method} {path} HTTP/1.1", *headers, "Connection: close"]
            if not any(h.lower().startswith("host:") for h in headers):
                lines.insert(1, f"Host: localhost:{self.port}")
            line.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            return read_answer(line)

    def log(self) -> str:
        time.sleep(0.1)
        files = [self.folder / "csgeo.log", self.folder / "csgeo-error.log"]
        return "".join(f.read_text(encoding="utf-8", errors="replace") for f in files if f.exists())


def read_answer(line) -> Answer:
    """Read one answer: as long as it says that it is, or up to the end of the connection."""
    told, long = b"", None
    while long is None or len(told) < long:
        try:
            part = line.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            break
        if not part:
            break
        told += part
        head, end, _ = told.partition(b"\r\n\r\n")
        said = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        long = len(head) + 4 + int(said[1]) if end and said else None
    head, _, body = told.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(one.split(": ", 1)) for one in lines]
    return Answer(int(first.split()[1]), [h for h in headers if len(h) == 2], body)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def shipped(name: str, **instead: str) -> str:
    """Give a file as it is shipped, with what a reader is asked to change, changed; each must be there."""
    text = (PROXY / name).read_text(encoding="utf-8")
    for was, now in instead.items():
        assert was in text, f"{name} does not hold {was}"
        text = text.replace(was, now)
    return text


def start_nginx(folder: Path, dashboard_port: int, *, people: bool, rate: str = "30r/m") -> Front:
    """Run nginx on what is shipped; it is an error, not a skip, if it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program, "nginx is not installed: apt-get install nginx"
    authority, staff = Authority(folder, "host-authority"), Authority(folder, "staff-authority")
    certificate, key = authority.gives("host", ("CN", "localhost"), host="localhost")
    staff.takes_back(staff.gives("gone", ("OU", "sg-analysts"), ("CN", "Gone Away"))[0])
    staff.list_of_those_taken_back(folder / "staff-taken-back.pem")
    secret = folder / "proxy-secret.conf"
    secret.write_text(f'proxy_set_header X-Csgeo-Proxy-Secret "{SECRET}";\n', encoding="ascii")
    port, plain_port = free_port(), free_port()
    include = f"include {folder}/people.conf;"
    site = shipped(
        "csgeo.conf",
        **{
            "server 127.0.0.1:8501": f"server 127.0.0.1:{dashboard_port}",
            "listen 80 default_server": f"listen 127.0.0.1:{plain_port} default_server",
            "listen 443 ssl default_server": f"listen 127.0.0.1:{port} ssl default_server",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "server_name places.example.gov.uk": "server_name localhost",
            "/etc/csgeo/tls/fullchain.pem": str(certificate),
            "/etc/csgeo/tls/private.key": str(key),
            "/var/log/nginx/": f"{folder}/",
            "rate=30r/m": f"rate={rate}",
            "client_header_timeout 10s": "client_header_timeout 2s",
            "# include /etc/csgeo/people.conf;": include if people else "#",
        },
    )
    (folder / "csgeo.conf").write_text(site, encoding="utf-8")
    (folder / "people.conf").write_text(
        shipped("people.conf", **{"/etc/csgeo/": f"{folder}/"}), encoding="utf-8"
    )
    main = Path("/etc/nginx/nginx.conf").read_text(encoding="utf-8")  # Debian's own
    for was, now in {
        "user www-data;": "daemon off;" + ("user root;" if os.geteuid() == 0 else ""),
        "worker_processes auto": "worker_processes 1",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "include /etc/nginx/conf.d/*.conf;": _temporary(folder),
        "include /etc/nginx/sites-enabled/*;": f"include {folder}/csgeo.conf;",
    }.items():
        assert was in main, f"Debian's nginx.conf does not hold {was}"
        main = main.replace(was, now)
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.PIPE
    )
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return Front(port, plain_port, folder, authority, staff, process)
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.terminate()
    msg = f"nginx did not start: {process.stderr.read().decode()}"
    raise AssertionError(msg)


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def stop_nginx(front: Front) -> None:
    front.process.terminate()
    front.process.wait(timeout=20)
    front.process.stderr.close()


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the headers that have reached it, and as many of its own as it can."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        if self.path.startswith("/slow"):
            time.sleep(1.5)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"headers": self.headers.items(), "path": self.path, "bytes": len(sent)}
        body = b"x" * 30_000_000 if self.path == "/large" else json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Powered-By", "echo")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Strict-Transport-Security", "max-age=1")
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = _answer  # noqa: N815  as the library calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def echoing(tmp_path_factory):
    """Put nginx in front of something that says what has reached it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    front = start_nginx(tmp_path_factory.mktemp("echoing"), server.server_port, people=True)
    yield front
    stop_nginx(front)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def front(tmp_path_factory, release_folder):
    """Put nginx in front of a dashboard whose login is the word of that nginx."""
    folder = tmp_path_factory.mktemp("front")
    dashboard_port = free_port()
    made = start_nginx(folder, dashboard_port, people=True, rate="100r/s")  # tests are quick
    (folder / "secret").write_text(SECRET, encoding="ascii")
    (folder / "secret").chmod(0o600)
    from csgeo.store.journal import new_key_file

    (folder / "keys").mkdir()
    new_key_file(folder / "keys" / "journal.key")
    (folder / "login.toml").write_text(
        f"""\
kind = "proxy"
public = "{made.address}"
[proxy]
secret_file = "secret"
peers = ["127.0.0.1"]
[proxy.roles]
sg-analysts = "analyst"
sg-planners = "planner"
[journal]
folder = "journal"
key_file = "keys/journal.key"
anchor = "keys/anchor"
""",
        encoding="utf-8",
    )
    told = [
        str(APP / "serve.py"),
        str(release_folder),
        str(dashboard_port),
        f"--login={folder}/login.toml",
    ]
    server = subprocess.Popen(
        [sys.executable, *told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert server.stdout.readline().startswith(made.address), "the dashboard did not start"
    yield made
    server.terminate()
    server.wait(timeout=20)
    for pipe in (server.stdin, server.stdout):
        pipe.close()
    stop_nginx(made)


@pytest.fixture(scope="session")
def analyst(front) -> tuple[Path, Path]:
    """Give an analyst a certificate."""
    return front.staff.gives(
        "analyst", ("O", "council"), ("OU", "sg-analysts"), ("CN", "Ann Analyst")
    )
