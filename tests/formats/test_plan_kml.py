"""KML and KMZ plan files: the same plans as GeoJSON gives, heights with their datum, and refusals by placemark."""

from __future__ import annotations

import io
import zipfile

import pytest

from keepclear.errors import InvalidInput
from keepclear.formats.plan_file import plans_from_file
from keepclear.formats.plan_kml import EGM96_UNCERTAINTY_M
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.footprint import Corridor, Disc, Polygonal
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

HEIGHTS = HeightRules(0, 1000)
RING = "37,35,0 37.1,35,0 37.1,35.1,0 37,35.1,0 37,35,0"
HOLE = "37.02,35.02 37.05,35.02 37.05,35.05 37.02,35.05 37.02,35.02"
POLYGON = (
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)
HOLED = POLYGON.replace(
    "</Polygon>",
    f"<innerBoundaryIs><LinearRing><coordinates>{HOLE}</coordinates></LinearRing></innerBoundaryIs></Polygon>",
)
POINT = "<Point><coordinates> 37,35,0 </coordinates></Point>"
LINE = "<LineString><coordinates>37,35 37.5,35\n 37.6,35.2</coordinates></LineString>"
SPAN = "<TimeSpan><begin>2026-04-09T09:00:00Z</begin><end>2026-04-09T10:00:00Z</end></TimeSpan>"
GIVEN = {"notice": "n1", "party": "alpha", "activity": "uas", "floor": "SFC", "ceiling": "300 ft AGL"}


def data(**values: object) -> str:
    rows = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in values.items())
    return f"<ExtendedData>{rows}</ExtendedData>"


def placemark(geometry: str, extra: str = SPAN, **values: object) -> str:
    given = {key: value for key, value in {**GIVEN, **values}.items() if value is not None}
    return f"<Placemark><name>Box</name>{data(**given)}{extra}{geometry}</Placemark>"


def kml(*placemarks: str) -> bytes:
    spaces = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
    return f"<kml {spaces}><Document><Folder>{''.join(placemarks)}</Folder></Document></kml>".encode()


def envelope_of(document: bytes) -> Envelope:
    (plan,) = plans_from_file(document, heights=HEIGHTS)
    return plan.envelope


def volumes_of(document: bytes) -> tuple[Volume, ...]:
    envelope = envelope_of(document)
    assert not isinstance(envelope, Trajectory)
    return envelope


def test_a_polygon_with_a_hole_is_its_footprint() -> None:
    (volume,) = volumes_of(kml(placemark(HOLED)))
    assert isinstance(volume.footprint, Polygonal)
    assert [len(ring) for ring in volume.footprint.parts[0]] == [5, 5]
    assert (str(volume.floor), str(volume.ceiling)) == ("SFC", "300 ft AGL")
    assert volume.end_ms - volume.start_ms == 3_600_000


def test_each_kind_of_geometry_is_its_footprint_and_one_notice_may_have_several() -> None:
    several = f"<MultiGeometry>{POLYGON}{POLYGON.replace('37', '39')}{POINT}{LINE}</MultiGeometry>"
    polygons, disc, corridor = (
        volume.footprint for volume in volumes_of(kml(placemark(several, radius_m=400, half_width_m="50.5")))
    )
    assert isinstance(polygons, Polygonal)
    assert len(polygons.parts) == 2
    assert isinstance(disc, Disc)
    assert disc.radius_m == 400
    assert isinstance(corridor, Corridor)
    assert corridor.half_width_m == 50.5


def test_a_kmz_gives_what_its_kml_gives() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml(placemark(POLYGON)))
    assert envelope_of(packed.getvalue()) == envelope_of(kml(placemark(POLYGON)))


def test_values_may_stand_in_schema_data_and_times_beside_them() -> None:
    rows = {**GIVEN, "start": "2026-04-09T09:00:00Z", "end": "2026-04-09T10:00:00Z"}
    simple = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in rows.items())
    schema = f"<Placemark><ExtendedData><SchemaData>{simple}</SchemaData></ExtendedData>{POLYGON}</Placemark>"
    assert envelope_of(kml(schema)) == envelope_of(kml(placemark(POLYGON)))


def track(mode: str = "<altitudeMode>absolute</altitudeMode>", coord: str = "37.5 35 2000") -> str:
    return (
        f"<gx:Track>{mode}<when>2026-04-09T09:00:00Z</when><when>2026-04-09T09:10:00Z</when>"
        f"<gx:coord>37 35 1000</gx:coord><gx:coord>{coord}</gx:coord></gx:Track>"
    )


UNCERTAIN = {"lateral_m": 50, "vertical_m": 20, "time_s": 5, "floor": None, "ceiling": None}


def test_heights_of_a_track_go_from_sea_level_to_the_ellipsoid_with_their_doubt() -> None:
    flown = envelope_of(kml(placemark(track(), "", **UNCERTAIN)))
    assert isinstance(flown, Trajectory)
    assert flown.height_m[0] == pytest.approx(1000 + undulation_m(37.0, 35.0))
    assert flown.height_m[1] == pytest.approx(2000 + undulation_m(37.5, 35.0))
    assert abs(flown.height_m[0] - 1000) > 10
    assert flown.vertical_m == 20 + EGM96_UNCERTAINTY_M


REFUSED = [
    (placemark(POLYGON, notice=None), ".ExtendedData.notice", "missing"),
    (placemark(POLYGON, party=None), ".ExtendedData.party", "missing"),
    (placemark(POLYGON, activity="drone"), ".ExtendedData.activity", "uas"),
    (placemark(POLYGON, floor="0"), ".ExtendedData.floor", ""),
    (placemark(POLYGON, ""), ".ExtendedData.start", ""),
    (
        placemark(POLYGON, start="2026-04-09T08:00:00Z"),
        ".TimeSpan.begin",
        "08:00",
    ),
    (placemark(POINT), ".ExtendedData.radius_m", ""),
    (placemark(POINT, radius_m="4 km"), ".ExtendedData.radius_m", "a number"),
    (placemark(POINT, radius_m="nan"), ".ExtendedData.radius_m", ""),
    (placemark(POLYGON, radius_m="4"), ".ExtendedData.radius_m", ""),
    (placemark(""), "", "no geometry"),
    (placemark("<Model/>"), "", "Model"),
    (placemark(LINE.replace("37.5,35", "37.5, 35")), ".LineString", "blanks"),
    (placemark(POLYGON.replace(" 37,35,0<", "<")), ".footprint", ""),
    (placemark(track(""), "", **UNCERTAIN), ".gx:Track.altitudeMode", "datum"),
    (
        placemark(track(coord="37.5 35"), "", **UNCERTAIN),
        ".gx:Track.gx:coord[1]",
        "",
    ),
    (
        placemark(track(coord="537 35 1"), "", **UNCERTAIN),
        ".gx:Track.gx:coord[1]",
        "",
    ),
    (placemark(track(), "", **{**UNCERTAIN, "lateral_m": None}), ".gx:Track", ""),
]


@pytest.mark.parametrize(("text", "field", "said"), REFUSED)
def test_a_placemark_that_cannot_be_taken_is_named(text: str, field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        plans_from_file(kml(text), heights=HEIGHTS)
    notice = "" if "notice" in field else ", notice 'n1'"
    assert refusal.value.field.startswith(f"Placemark[0] (name 'Box'{notice}){field}")
    assert said in str(refusal.value)


def test_a_notice_of_two_parties_is_refused_across_placemarks() -> None:
    with pytest.raises(InvalidInput, match=r"Placemark\[1\].*party: 'bravo'; the party that Placemark\[0\]"):
        plans_from_file(kml(placemark(POLYGON), placemark(POLYGON, party="bravo")), heights=HEIGHTS)
