/** The map's layers, from the sea floor up. Dark and dim below, what was said above, what is wrong on top. */
import type { FilterSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { CONFLICT_COLOUR } from "../lib/parties";
import { graticule } from "./features";

export const SOURCES = ["land", "borders", "coasts", "agreement", "notices", "conflicts", "draft"] as const;
export type SourceName = (typeof SOURCES)[number];

const EMPTY = { type: "FeatureCollection" as const, features: [] };
const is = (key: string, value: string | boolean): FilterSpecification => ["==", ["get", key], value];
const all = (...parts: FilterSpecification[]): FilterSpecification => ["all", ...parts] as FilterSpecification;

const GROUND: LayerSpecification[] = [
  { id: "sea", type: "background", paint: { "background-color": "#0b1014" } },
  { id: "land", type: "fill", source: "land", paint: { "fill-color": "#1b2327", "fill-antialias": false } },
  { id: "degrees", type: "line", source: "degrees", minzoom: 5, paint: { "line-color": "#253037", "line-width": 0.6 } },
  { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#2f3d45", "line-width": 0.8 } },
  { id: "borders", type: "line", source: "borders", paint: { "line-color": "#586871", "line-width": 0.9, "line-dasharray": [4, 2] } },
  { id: "coasts", type: "line", source: "coasts", paint: { "line-color": "#71838d", "line-width": 1 } },
];

const agreed = (kind: string, colour: string, width: number, dash: number[]): LayerSpecification => ({
  id: `agreed-${kind}`, type: "line", source: "agreement", filter: is("kind", kind),
  paint: { "line-color": colour, "line-width": width, "line-dasharray": dash },
});

const AGREEMENT: LayerSpecification[] = [
  agreed("area", "#7c8b94", 1.2, [6, 3]),
  agreed("region", "#5f6e76", 1, [1, 2]),
  agreed("force", "#9a8f7a", 1.2, [2, 2, 0.5, 2]),
  agreed("zone", "#d7dde0", 1.4, [3, 1.5]),
  {
    id: "agreed-place", type: "circle", source: "agreement", filter: is("kind", "place"),
    paint: { "circle-radius": 3, "circle-color": "#0b1014", "circle-stroke-color": "#c8d1d6", "circle-stroke-width": 1.4 },
  },
];

const AREA = is("line", false);
const NOTICES: LayerSpecification[] = [
  {
    id: "notice-fill", type: "fill", source: "notices", filter: all(AREA, is("live", true)),
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.16 },
  },
  {
    id: "notice-hit", type: "fill", source: "notices", filter: AREA,
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.04 },
  },
  {
    id: "notice-hatch", type: "fill", source: "notices", filter: all(AREA, is("live", true)),
    paint: { "fill-pattern": ["image", ["get", "hatch"]], "fill-opacity": 0.75 },
  },
  {
    id: "notice-later", type: "line", source: "notices", filter: all(AREA, is("live", false)),
    paint: { "line-color": ["get", "colour"], "line-width": ["case", ["get", "selected"], 3, 1.4], "line-dasharray": [3, 2], "line-opacity": 0.85 },
  },
  {
    id: "notice-edge", type: "line", source: "notices", filter: all(AREA, is("live", true)),
    paint: { "line-color": ["get", "colour"], "line-width": ["case", ["get", "selected"], 3.5, 2] },
  },
  {
    id: "track-band", type: "line", source: "notices", filter: is("line", true),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ["get", "colour"], "line-opacity": ["case", ["get", "live"], 0.32, 0.16],
      "line-width": ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "width0"], 22, ["*", ["get", "width0"], 4194304]],
    },
  },
  {
    id: "track-line", type: "line", source: "notices", filter: is("line", true),
    paint: { "line-color": ["get", "colour"], "line-width": ["case", ["get", "selected"], 3, 1.5] },
  },
];

const CONFLICTS: LayerSpecification[] = [
  { id: "conflict-fill", type: "fill", source: "conflicts", filter: is("kind", "area"), paint: { "fill-color": CONFLICT_COLOUR, "fill-opacity": 0.22 } },
  { id: "conflict-hatch", type: "fill", source: "conflicts", filter: is("kind", "area"), paint: { "fill-pattern": "hatch-conflict" } },
  { id: "conflict-edge", type: "line", source: "conflicts", paint: { "line-color": CONFLICT_COLOUR, "line-width": ["case", ["get", "selected"], 4, 2.5] } },
  {
    id: "conflict-link", type: "line", source: "conflicts", filter: is("kind", "link"),
    layout: { "line-cap": "round" }, paint: { "line-color": CONFLICT_COLOUR, "line-width": 6 },
  },
];

const DRAFT: LayerSpecification[] = [
  { id: "draft-fill", type: "fill", source: "draft", filter: is("kind", "area"), paint: { "fill-color": "#ffffff", "fill-opacity": 0.08 } },
  { id: "draft-edge", type: "line", source: "draft", filter: is("kind", "area"), paint: { "line-color": "#ffffff", "line-width": 2, "line-dasharray": [2, 1.5] } },
  { id: "draft-line", type: "line", source: "draft", filter: is("kind", "line"), paint: { "line-color": "#ffffff", "line-width": 1.2 } },
  { id: "draft-clash", type: "fill", source: "draft", filter: is("kind", "clash"), paint: { "fill-pattern": "hatch-conflict" } },
  { id: "draft-clash-edge", type: "line", source: "draft", filter: is("kind", "clash"), paint: { "line-color": CONFLICT_COLOUR, "line-width": 2.5 } },
  { id: "draft-clash-gap", type: "line", source: "draft", filter: is("kind", "clash-gap"), layout: { "line-cap": "round" }, paint: { "line-color": CONFLICT_COLOUR, "line-width": 6 } },
  {
    id: "draft-points", type: "circle", source: "draft", filter: is("kind", "point"),
    paint: { "circle-radius": 4.5, "circle-color": "#0b1014", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
  },
];

/** The whole style. Text is not drawn by the map: labels are HTML, in the console's own typeface. */
export function mapStyle(): StyleSpecification {
  const geojson = (data: GeoJSON.GeoJSON, tolerance = 0.375) => ({ type: "geojson" as const, data, tolerance });
  return {
    version: 8,
    sources: {
      graticule: geojson(graticule(10)),
      degrees: geojson(graticule(1)),
      ...Object.fromEntries(SOURCES.map((name) => [name, geojson(EMPTY, ["land", "borders", "coasts"].includes(name) ? 0.5 : 0.1)])),
    },
    layers: [...GROUND, ...AGREEMENT, ...NOTICES, ...CONFLICTS, ...DRAFT],
  };
}

/** The layers that answer to a click, topmost first. */
export const CLICKABLE = ["conflict-fill", "track-band", "notice-hit"];
