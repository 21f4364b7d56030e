/** One MapLibre map, set up for an operations room: no outside addresses, no spinning globe, no animation when not wanted. */
import { type GeoJSONSource, Map, ScaleControl, setWorkerUrl } from "maplibre-gl";
// The worker must be a file of our own: MapLibre 6 has no inline one, and the host's policy would forbid it.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { PartyLook } from "../lib/parties";
import { CONFLICT_COLOUR } from "../lib/parties";
import type { Bounds } from "../lib/shapes";
import { loadBasemap } from "./basemap";
import { hatchPicture } from "./hatch";
import { mapStyle, type SourceName } from "./style";

setWorkerUrl(workerUrl);

export function createMap(container: HTMLElement, looks: Iterable<PartyLook>): Map {
  const map = new Map({
    container, style: mapStyle(), center: [38, 35], zoom: 4, attributionControl: false, fadeDuration: 0,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0, boxZoom: false, renderWorldCopies: true,
    keyboard: true, cancelPendingTileRequestsWhileZooming: true,
  });
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 110 }), "top-left");
  map.addControl(new ScaleControl({ unit: "nautical", maxWidth: 110 }), "top-left");
  map.touchZoomRotate.disableRotation();
  map.on("style.load", () => {
    map.addImage("hatch-conflict", hatchPicture("cross", CONFLICT_COLOUR, 0.9));
    for (const look of looks) map.addImage(`hatch-${look.hatch}-${look.colour}`, hatchPicture(look.hatch, look.colour));
  });
  return map;
}

export function setData(map: Map, source: SourceName, data: GeoJSON.GeoJSON): void {
  (map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
}

/** Sets a source at most every `spacingMs`, the last word always: a thousand envelopes take the map a while to cut up. */
export function paced(map: Map, source: SourceName, spacingMs: number): (data: GeoJSON.GeoJSON) => void {
  let next: GeoJSON.GeoJSON | null = null;
  let resting = false;
  const turn = (): void => {
    resting = next !== null;
    if (next === null) return;
    setData(map, source, next);
    next = null;
    setTimeout(turn, spacingMs);
  };
  return (data) => {
    next = data;
    if (!resting) turn();
  };
}

/** Lays the ground under the map. Without it the map still works: envelopes on black. */
export async function layGround(map: Map): Promise<void> {
  const ground = await loadBasemap();
  setData(map, "land", ground.land);
  setData(map, "borders", ground.borders);
  setData(map, "coasts", ground.coasts);
}

export function fit(map: Map, [west, south, east, north]: Bounds, animate: boolean): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds([[west, Math.max(-85, south)], [east, Math.min(85, north)]], {
    padding: { top: 90, bottom: 70, left: 70, right: 70 }, maxZoom: 10, animate: animate && !calm, duration: 400,
  });
}
