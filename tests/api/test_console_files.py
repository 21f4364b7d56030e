"""The console's files: open to read, held to our own address by the policy, and compressed where that was built."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import httpx2
import pytest

from keepclear.api.app import create_app
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.host import boot, tokens
from keepclear.host.mechanism_host import MechanismHost
from keepclear.store import MemoryStore
from tests.host.running import DESKS, RunningHost, agreement


def ask(assets: Path | None, path: str, **headers: str) -> httpx2.Response:
    async def run() -> httpx2.Response:
        store = MemoryStore()
        log = boot.found(store, agreement_from_toml(agreement().encode()))
        app = create_app(MechanismHost(store, log, boot.bring_up(store, log)), tokens.issue(DESKS)[0], assets=assets)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://host") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(run())


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><p>console")
    (tmp_path / "assets" / "main-1a2b.js").write_text("let a = 1" + " " * 5000)
    (tmp_path / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1" + b" " * 5000))
    return tmp_path


def test_the_policy_keeps_a_browser_to_our_own_address(assets: Path) -> None:
    for path in ("/", "/assets/main-1a2b.js", "/v1/me", "/nothing"):
        headers = ask(assets, path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_answers_are_never_cached_and_hashed_files_are(assets: Path) -> None:
    assert ask(assets, "/v1/me").headers["cache-control"] == "no-store"
    assert "immutable" in ask(assets, "/assets/main-1a2b.js").headers["cache-control"]
    assert ask(assets, "/").headers["cache-control"] == "no-cache"


def test_a_compressed_file_is_sent_to_those_who_take_it(assets: Path) -> None:
    packed = ask(assets, "/assets/main-1a2b.js", **{"accept-encoding": "gzip"})
    plain = ask(assets, "/assets/main-1a2b.js", **{"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < 200
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert "javascript" in plain.headers["content-type"]


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/..%2f..%2fx", "/nothing.js"])
def test_nothing_outside_the_folder_is_served(assets: Path, path: str) -> None:
    (assets.parent / "pyproject.toml").write_text("secret")
    response = ask(assets, path)
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_without_a_build_the_page_says_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keepclear.api.console.assets_folder", lambda: None)
    page = ask(None, "/")
    assert page.status_code == 200
    assert "make console" in page.text


def test_other_methods_and_addresses_are_problems_too(board: RunningHost) -> None:
    for method, path, status in (("DELETE", "/v1/notices", 405), ("GET", "/v1/nothing", 404), ("PUT", "/health", 405)):
        response = httpx2.request(
            method, board.url + path, headers={"Authorization": f"Bearer {board.tokens['alpha.air']}"}
        )
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == status
        assert status != 405 or response.headers["allow"]
