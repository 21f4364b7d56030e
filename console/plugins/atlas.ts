import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);
const SCALES = ["countries-50m", "countries-110m"];

/**
 * The world map is a file beside the console, not part of its JavaScript: it is fetched once and cached, and
 * the first paint does not wait for 750 kB of borders. Natural Earth through world-atlas (public domain; ISC).
 */
export function atlas(): Plugin {
  return {
    name: "keepclear-atlas",
    apply: "build",
    generateBundle() {
      for (const scale of SCALES) {
        const source = readFileSync(require.resolve(`world-atlas/${scale}.json`));
        this.emitFile({ type: "asset", fileName: `atlas/${scale}.json`, source });
      }
    },
  };
}
