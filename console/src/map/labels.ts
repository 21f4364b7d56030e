/** Labels over the map as HTML, in the console's typeface: crisp, selectable by test, read by screen readers. */
import { Marker, type Map } from "maplibre-gl";
import { unwrapLon } from "../lib/shapes";
import { declutter } from "./declutter";
import type { Label } from "./features";

const RANK: Record<Label["kind"], number> = { conflict: 0, notice: 1, zone: 3, place: 4, region: 5, force: 6, area: 7 };

/** More labels than this on one map nobody reads, and each moves with every frame. */
const MOST = 120;

const rank = (label: Label): number => RANK[label.kind] + (label.faint ? 1 : 0);

/** Where a label stands on the screen, on the copy of the world that is looked at. */
function onScreen(map: Map, label: Label): { x: number; y: number } {
  return map.project([unwrapLon(label.at[0], map.getCenter().lng), label.at[1]]);
}

function isInView(map: Map, label: Label): boolean {
  const { x, y } = onScreen(map, label);
  const { clientWidth, clientHeight } = map.getContainer();
  return x > -60 && y > -20 && x < clientWidth + 60 && y < clientHeight + 20;
}

interface Shown {
  marker: Marker;
  element: HTMLElement;
  label: Label;
}

/** Keeps exactly one marker a label in view: moved when it moved, gone when it is gone. */
export class Labels {
  private readonly markers = new globalThis.Map<string, Shown>();

  private all: readonly Label[] = [];

  constructor(
    private readonly map: Map,
    private readonly onPick: (about: string, kind: Label["kind"]) => void,
    private readonly onLeftOut: (count: number) => void,
  ) {
    map.on("moveend", () => this.onLeftOut(this.refresh()));
  }

  /** These labels and no others; yields how many within the view had to be left out. */
  show(labels: readonly Label[]): number {
    this.all = [...labels].sort((a, b) => rank(a) - rank(b));
    return this.refresh();
  }

  private refresh(): number {
    const inView = this.all.filter((label) => isInView(this.map, label));
    const chosen = inView.slice(0, MOST);
    const wanted = new Set(chosen.map((l) => l.id));
    for (const [id, { marker }] of this.markers) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
    for (const label of chosen) this.place(label);
    return inView.length - chosen.length + this.makeRoom();
  }

  /** Moves labels off each other. Sizes are read first and positions written after, so that the page is laid out once. */
  private makeRoom(): number {
    const boxes = [...this.markers].map(([id, { element, label }]) => {
      const { x, y } = onScreen(this.map, label);
      const { offsetWidth: width, offsetHeight: height } = element;
      return label.kind === "place"
        ? { id, x: x + 8 + width / 2, y: y + height / 2, width, height, rank: rank(label) }
        : { id, x, y: y - 3, width, height, rank: rank(label) };
    });
    const moves = declutter(boxes);
    for (const [id, up] of moves) {
      const { marker, element, label } = this.markers.get(id)!;
      element.classList.toggle("map-label-hidden", up === null);
      marker.setOffset(label.kind === "place" ? [8, -(up ?? 0)] : [0, -3 - (up ?? 0)]);
    }
    return [...moves.values()].filter((up) => up === null).length;
  }

  private place(label: Label): void {
    let known = this.markers.get(label.id);
    if (!known) {
      const element = document.createElement(label.about ? "button" : "div");
      if (label.about) {
        const about = label.about;
        element.tabIndex = -1; // the lists are the keyboard's way to the same things
        element.addEventListener("click", (event) => {
          event.stopPropagation();
          this.onPick(about, label.kind);
        });
      }
      const offset: [number, number] = label.kind === "place" ? [8, 0] : [0, -3];
      const marker = new Marker({ element, anchor: label.kind === "place" ? "left" : "bottom", offset }).setLngLat(label.at).addTo(this.map);
      known = { marker, element, label };
      this.markers.set(label.id, known);
    }
    known.label = label;
    known.marker.setLngLat(label.at);
    write(known.element, label);
  }
}

function write(element: HTMLElement, label: Label): void {
  element.classList.add("map-label", `map-label-${label.kind}`);
  element.classList.toggle("map-label-faint", label.faint);
  element.removeAttribute("aria-label"); // MapLibre calls every marker «Map marker»
  if (label.colour) element.style.setProperty("--party", label.colour);
  const parts: HTMLElement[] = [];
  if (label.letter) {
    const letter = document.createElement("b");
    letter.textContent = label.letter;
    parts.push(letter);
  }
  const text = document.createElement("span");
  text.textContent = label.text;
  element.replaceChildren(...parts, text);
}
