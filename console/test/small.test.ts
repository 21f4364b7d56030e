import { describe, expect, it } from "vitest";
import { actionFor, KEYS } from "../src/lib/keys";
import { partyLooks } from "../src/lib/parties";
import { takeToken } from "../src/lib/session";
import { laneBars, LANES } from "../src/lib/strip";
import { newId, uuid7 } from "../src/lib/uuid7";
import { notice } from "./samples";

describe("uuid7", () => {
  it("has its version, its variant and its time where RFC 9562 puts them", () => {
    expect(uuid7(0x017f22e279b0, new Uint8Array([0xcc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])))
      .toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"); // the RFC's own example, A.6
  });

  it("sorts by time and does not repeat", () => {
    const ids = Array.from({ length: 100 }, (_, i) => newId(1_800_000_000_000 + i));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 100 }, () => newId(5))).size).toBe(100);
  });
});

describe("keys", () => {
  const key = (k: string, more = {}) => ({ key: k, ctrlKey: false, altKey: false, metaKey: false, ...more });

  it("mean nothing while somebody types, but for Escape", () => {
    for (const { key: k, action } of KEYS) expect(actionFor(key(k), true)).toBe(k === "Escape" ? action : null);
  });

  it("leave the browser's own combinations alone", () => {
    expect(actionFor(key("a", { ctrlKey: true }), false)).toBeNull();
    expect(actionFor(key("a"), false)).toBe("acknowledge");
  });
});

describe("the looks of parties", () => {
  it("differ in letter, and in colour or hatch, for more parties than there are colours", () => {
    const parties = Array.from({ length: 14 }, (_, i) => ({ id: `p${i}`, name: ["Alpha", "Amber", "NGO", "Ñandú"][i] ?? `Party ${i}` }));
    const looks = [...partyLooks({ parties }).values()];
    expect(new Set(looks.map((l) => l.letter)).size).toBe(14);
    expect(new Set(looks.map((l) => l.colour + l.hatch)).size).toBe(14);
    expect(looks.slice(0, 2).map((l) => l.letter)).toEqual(["A", "M"]);
  });
});

describe("signing in", () => {
  function tab() {
    const kept = new Map<string, string>();
    const storage = { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) } as Storage;
    return storage;
  }

  it("takes the token out of the address, and finds it again after a reload", () => {
    const storage = tab();
    const cleaned: string[] = [];
    const from = (hash: string) => takeToken({ hash, pathname: "/", search: "" }, storage, (url) => cleaned.push(url));
    expect(from("#token=kc_ab-c%2Bd")).toBe("kc_ab-c+d");
    expect(cleaned).toEqual(["/"]);
    expect(from("")).toBe("kc_ab-c+d");
    expect(from("#token=second")).toBe("second");
  });

  it("without any token says so", () => {
    expect(takeToken({ hash: "", pathname: "/", search: "" }, tab(), () => {})).toBeNull();
  });
});

describe("the time strip", () => {
  it("puts overlapping notices in different lanes and leaves none out", () => {
    const many = Array.from({ length: 9 }, (_, i) => notice({ id: `n${i}` }));
    const at = Date.parse("2026-04-09T04:00:00Z");
    const bars = laneBars(many, at - 1, at + 1, new Map());
    expect(bars).toHaveLength(9);
    expect(new Set(bars.slice(0, LANES).map((b) => b.lane)).size).toBe(LANES);
    expect(laneBars(many, at + 3_600_000, at + 7_200_000, new Map())).toEqual([]);
  });
});
