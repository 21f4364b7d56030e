import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { atlas } from "./plugins/atlas.ts";
import { gzip } from "./plugins/gzip.ts";
import { licences } from "./plugins/licences.ts";

const BUNDLED = ["svelte", "maplibre-gl", "polyclip-ts", "topojson-client", "world-atlas", "@fontsource/b612"];

export default defineConfig({
  plugins: [svelte(), atlas(), licences(BUNDLED), gzip()],
  worker: { format: "es" },
  build: {
    outDir: "../src/keepclear/console_assets",
    emptyOutDir: true,
    // Under the host's Content-Security-Policy nothing may come from a data: address but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 2000,
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
