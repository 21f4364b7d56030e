"""Two real hosts that the tests of the HTTP face share: one shows notices to addressees, one to nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.host.running import RunningHost, agreement


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("board")) as host:
        yield host


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with RunningHost(tmp_path_factory.mktemp("broker"), agreement("broker")) as host:
        yield host
