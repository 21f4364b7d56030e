/** Labels over the map as HTML, in the console's typeface: crisp, selectable by test, read by screen readers. */
import { Marker, type Map } from "maplibre-gl";
import { declutter } from "./declutter";
import type { Label } from "./features";

const RANK: Record<Label["kind"], number> = { conflict: 0, notice: 1, zone: 3, place: 4, region: 5, force: 6, area: 7 };

interface Shown {
  marker: Marker;
  element: HTMLElement;
  label: Label;
}

/** Keeps exactly one marker a label: moved when it moved, gone when it is gone. */
export class Labels {
  private readonly markers = new globalThis.Map<string, Shown>();

  constructor(
    private readonly map: Map,
    private readonly onPick: (about: string, kind: Label["kind"]) => void,
  ) {
    map.on("moveend", () => this.makeRoom());
  }

  show(labels: readonly Label[]): void {
    const wanted = new Set(labels.map((l) => l.id));
    for (const [id, { marker }] of this.markers) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
    for (const label of labels) this.place(label);
    this.makeRoom();
  }

  /** Moves labels off each other. Sizes are read first and positions written after, so that the page is laid out once. */
  private makeRoom(): void {
    const boxes = [...this.markers].map(([id, { marker, element, label }]) => {
      const { x, y } = this.map.project(marker.getLngLat());
      const { offsetWidth: width, offsetHeight: height } = element;
      return label.kind === "place"
        ? { id, x: x + 8 + width / 2, y: y + height / 2, width, height, rank: RANK[label.kind] }
        : { id, x, y: y - 3, width, height, rank: RANK[label.kind] + (label.faint ? 1 : 0) };
    });
    for (const [id, up] of declutter(boxes)) {
      const { marker, element, label } = this.markers.get(id)!;
      element.classList.toggle("map-label-hidden", up === null);
      marker.setOffset(label.kind === "place" ? [8, -(up ?? 0)] : [0, -3 - (up ?? 0)]);
    }
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
