"""Names of tiles, which tiles a tree has, and bundles of entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.record.tiles import WIDTH, Tile, bundle_of, entries_of, last_tiles, parse_tile_path, tile_in


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", Tile(0, 0)),
        ("tile/4/001", Tile(4, 1)),
        ("tile/4/001.p/5", Tile(4, 1, 5)),
        ("tile/0/x001/x234/067", Tile(0, 1_234_067)),
        ("tile/5/x123/x456/078.p/255", Tile(5, 123_456_078, 255)),
        ("tile/entries/x003/x057/500", Tile(None, 3_057_500)),
        ("tile/63/999.p/1", Tile(63, 999, 1)),
    ],
)
def test_names_are_those_of_the_specification(path: str, tile: Tile) -> None:
    assert tile.path == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/3/123/456/078",
        "tile/0/x123",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../../secret",
        "tile/0/٠٠٠",
        "tile/data/000",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/" + "x001/" * 7 + "000",
        "tile/0/000\n",
    ],
)
def test_what_is_no_name_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        parse_tile_path(path)


@given(st.none() | st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_what_is_written_is_read(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_tile_path(tile.path) == tile


@given(st.text("tile/0123456789x.pnrs", max_size=40))
def test_what_is_read_is_written_the_same(path: str) -> None:
    try:
        tile = parse_tile_path(path)
    except InvalidInput:
        return
    assert tile.path == path


def test_the_specifications_tree_of_70000_has_its_tiles() -> None:
    assert list(last_tiles(70_000)) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tile_in(0, 272, 70_000) == Tile(0, 272)
    assert tile_in(None, 273, 70_000) == Tile(None, 273, 112)
    assert tile_in(1, 0, 70_000) == Tile(1, 0)
    assert list(last_tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(last_tiles(0)) == []
    assert Tile(1, 1).start == 65_536
    for level, index in ((0, 274), (1, 2), (3, 0), (0, -1)):
        with pytest.raises(InvalidInput):
            tile_in(level, index, 70_000)


@given(st.lists(st.binary(max_size=40), max_size=WIDTH))
def test_entries_come_out_of_a_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert list(entries_of(bundle_of(entries))) == entries


def test_a_bundle_that_is_cut_too_wide_or_holds_too_long_an_entry_is_refused() -> None:
    whole = bundle_of([b"abc", b"d"])
    for cut in set(range(len(whole))) - {0, 5}:
        with pytest.raises(InvalidInput):
            entries_of(whole[:cut])
    with pytest.raises(InvalidInput):
        entries_of(bytes(2 * (WIDTH + 1)))
    assert len(entries_of(bundle_of([b"x" * 65_535]))) == 1
    with pytest.raises(InvalidInput):
        bundle_of([b"x" * 65_536])
