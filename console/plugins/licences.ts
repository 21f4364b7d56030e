import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "license"];

function textOf(folder: string): string {
  for (const name of FILES) {
    if (existsSync(join(folder, name))) return readFileSync(join(folder, name), "utf8").trim();
  }
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license?: string };
  return `Licence: ${about.license ?? "not stated"}`;
}

/** The licences of everything bundled travel with the bundle, as they ask. */
export function licences(packages: string[]): Plugin {
  return {
    name: "keepclear-licences",
    apply: "build",
    generateBundle() {
      const parts = packages.map((name) => `${name}\n${"=".repeat(name.length)}\n\n${textOf(join("node_modules", name))}`);
      this.emitFile({ type: "asset", fileName: "third-party-licences.txt", source: parts.join("\n\n\n") + "\n" });
    },
  };
}
