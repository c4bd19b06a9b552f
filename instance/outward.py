"""What a program needs to call out through a port of ours: proxy variables, and a file of trusted CAs.

Recording and hermetic replay give a program the same variables, so that it takes the same way both times.
Must not know: sockets. Read next: addons/egress.py, playback/hermetic.py.
"""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUNDLE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE")
"""Where programs look for a file of CAs: OpenSSL and Go, Python's requests, curl, Node.js, the AWS SDKs."""

SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep theirs: Debian, Fedora, openSUSE, Alpine and macOS."""


def proxy_variables(port: int, own: Iterable[str], developer: Mapping[str, str]) -> dict[str, str]:
    """Variables that send a program's HTTP and HTTPS calls to our port on 127.0.0.1.

    `own`: `host:port` of what it shall reach without us (itself, the gateway). The developer's NO_PROXY is kept;
    loopback as such is not excepted, because what a function depends on often runs there.
    """
    url = f"http://127.0.0.1:{port}"
    kept = developer.get("no_proxy") or developer.get("NO_PROXY") or ""
    direct = ",".join([*(part.strip() for part in kept.split(",") if part.strip()), *own])
    named = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": direct}
    lower = {name.lower(): value for name, value in named.items()}
    # Node.js has the variables since version 22.21 and 24, and obeys them only when it is told to.
    return {**named, **lower, "NODE_USE_ENV_PROXY": "1"}


def bundle_variables(bundle: Path) -> dict[str, str]:
    """Variables that make a program trust the CAs of a file."""
    return dict.fromkeys(BUNDLE_VARIABLES, str(bundle))


def developers_bundles(developer: Mapping[str, str]) -> list[Path]:
    """The files of CAs that the developer's own environment names, each once."""
    named = [Path(developer[name]) for name in BUNDLE_VARIABLES if developer.get(name)]
    return [path for path in dict.fromkeys(named) if path.is_file()]


def system_bundle() -> Path:
    """The file of CAs that the system trusts; certifi's where it has none."""
    default = ssl.get_default_verify_paths().cafile
    known = [Path(path) for path in (default, *SYSTEM_BUNDLES) if path]
    return next((path for path in known if path.is_file()), Path(certifi.where()))


def write_bundle(target: Path, sources: Iterable[Path]) -> None:
    """One file out of several. A source that cannot be read is left out: the program could not read it either."""
    with target.open("wb") as file:
        for source in sources:
            with contextlib.suppress(OSError):
                file.write(source.read_bytes().rstrip(b"\n") + b"\n")
