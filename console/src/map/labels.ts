/** Labels over the map as HTML, in the console's typeface: crisp, selectable by test, read by screen readers. */
import { Marker, type Map } from "maplibre-gl";
import type { Label } from "./features";

/** Keeps exactly one marker a label: moved when it moved, gone when it is gone. */
export class Labels {
  private readonly markers = new globalThis.Map<string, { marker: Marker; element: HTMLElement }>();

  constructor(
    private readonly map: Map,
    private readonly onPick: (about: string, kind: Label["kind"]) => void,
  ) {}

  show(labels: readonly Label[]): void {
    const wanted = new Set(labels.map((l) => l.id));
    for (const [id, { marker }] of this.markers) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
    for (const label of labels) this.place(label);
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
      known = { marker, element };
      this.markers.set(label.id, known);
    }
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
