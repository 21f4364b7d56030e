"""The web console's files, if it was built into the package; else a page that says how."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Keepclear</title>
<h1>The console is not built</h1><p>In the checkout, run <code>make console</code>, then load this page again.</p>
<p>The host itself runs: see <a href="/health">/health</a>.</p></html>"""

COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""Encodings that a build may lay beside a file, best first."""


class ConsoleFiles(StaticFiles):
    """Static files; a compressed one beside is sent to those who take it, and hashed ones are kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``, in the best encoding that was built and is accepted."""
        accepted = {
            part.partition(";")[0].strip() for part in Request(scope).headers.get("accept-encoding", "").split(",")
        }
        response = await super().get_response(path, scope)
        for encoding, ending in COMPRESSED.items():
            beside, stat = self.lookup_path(path + ending) if encoding in accepted else ("", None)
            if stat is not None and response.status_code == 200:
                kind = response.headers["content-type"]
                response = self.file_response(beside, stat, scope)
                response.headers["content-type"] = kind
                response.headers["content-encoding"] = encoding
                break
        response.headers["vary"] = "accept-encoding"
        lasting = path.startswith(("assets/", "assets\\"))
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response


def assets_folder() -> Path | None:
    """Where the built console is, or None when it is not built."""
    folder = Path(str(resources.files("keepclear"))) / "console_assets"
    return folder if (folder / "index.html").is_file() else None


async def _not_built(_request: Request) -> Response:
    return HTMLResponse(_NOT_BUILT, headers={"cache-control": "no-cache"})


def mount(app: FastAPI, folder: Path | None = None) -> None:
    """The console is at ``/``; nothing of it needs a token, and nothing of a mechanism is in it."""
    found = folder or assets_folder()
    if found is None:
        app.router.routes.append(Route("/", _not_built, name="console"))
    else:
        app.mount("/", ConsoleFiles(directory=found, html=True), name="console")
