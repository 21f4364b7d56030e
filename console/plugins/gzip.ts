import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const WORTH = /\.(js|css|json|svg|html|txt)$/;
const LEAST_BYTES = 2048;

/** Lays a compressed copy beside each text file; the host sends it to browsers that take it. */
export function gzip(): Plugin {
  let folder = "";
  return {
    name: "keepclear-gzip",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const path = join(folder, name);
        if (!WORTH.test(name) || statSync(path).size < LEAST_BYTES) continue;
        writeFileSync(path + ".gz", gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}
