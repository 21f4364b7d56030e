"""KML and KMZ under guard: bombs, entities and archives that lie are refused before they do anything."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats import kml_xml
from keepclear.formats.kml_xml import kml_of_kmz, placemarks

PLACEMARK = "<Placemark><name>x</name></Placemark>"


def kml(inside: str, head: str = "") -> bytes:
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'.encode()


def kmz(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return data.getvalue()


@pytest.mark.parametrize("namespace", ["http://www.opengis.net/kml/2.2", "http://earth.google.com/kml/2.1", ""])
def test_placemarks_are_found_in_every_kml_namespace_and_folder(namespace: str) -> None:
    text = f'<kml xmlns="{namespace}"><Folder><Folder>{PLACEMARK}</Folder>{PLACEMARK}</Folder></kml>'
    assert [element.text_of("name") for element in placemarks(text.encode())] == ["x", "x"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(9))
REFUSED = [
    (kml("&l8;", f"<!DOCTYPE kml [{LAUGHS}]>"), "document type"),
    (kml("&x;", '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
    (kml("", '<!DOCTYPE kml SYSTEM "http://example.invalid/kml.dtd">'), "document type"),
    (kml("&nbsp;"), "no XML"),
    (kml("<Folder>" * 100_000), "nested over 64 deep"),
    (kml("<NetworkLink><Link><href>more.kml</href></Link></NetworkLink>"), "NetworkLink"),
    (b"<html><body/></html>", "'html'"),
    (b"", "no XML"),
    (b"<kml", "no XML"),
    (kml("\x00"), "no XML"),
    (b'<?xml version="1.0" encoding="klingon"?><kml/>', "no XML"),
]


@pytest.mark.parametrize(("data", "said"), REFUSED)
def test_what_a_plan_has_no_need_of_is_refused(data: bytes, said: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidInput, match=said):
        list(placemarks(data))
    assert time.process_time() - started < 1


def test_the_root_document_of_an_archive_is_read_and_nothing_else() -> None:
    assert kml_of_kmz(kmz(a_kml=b"first", doc_kml=b"document", inner_kmz=b"nested")) == b"document"
    assert kml_of_kmz(kmz(picture_png=b"x", files__plan_KML=b"plan")) == b"plan"


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = kmz(doc_kml=b" " * 20_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge, match="to 1"):
        kml_of_kmz(bomb)


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    content = b" " * 500_000
    honest = kmz(doc_kml=content)
    lying = honest.replace(len(content).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(InvalidInput, match="cannot be read"):
        kml_of_kmz(lying)


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kml_xml, "MOST_KMZ_MEMBERS", 2)
    with pytest.raises(TooLarge, match="3 files"):
        kml_of_kmz(kmz(a_kml=b"", b_kml=b"", c_kml=b""))


def test_an_archive_without_a_document_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"without a \.kml"):
        kml_of_kmz(kmz(inner_kmz=b"x"))


@given(st.binary(max_size=300))
def test_any_bytes_give_placemarks_or_a_refusal(data: bytes) -> None:
    for attempt in (data, b"<kml>" + data, b"<?xml version='1.0'?>" + data):
        with contextlib.suppress(InvalidInput):
            list(placemarks(attempt))


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_an_archive_damaged_anywhere_gives_its_document_or_a_refusal(place: int, damage: bytes) -> None:
    whole = kmz(doc_kml=kml(PLACEMARK))
    damaged = whole[:place] + damage + whole[place + len(damage) :]
    with contextlib.suppress(InvalidInput):
        kml_of_kmz(damaged)
