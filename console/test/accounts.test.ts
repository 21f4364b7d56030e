import { describe, expect, it } from "vitest";
import { accountOf, contradictions, factInWords, firstFacts } from "../src/lib/accounts";
import type { Alert } from "../src/lib/api";

describe("an account", () => {
  it("says what is filled in, in the types that are compared", () => {
    const [when, where, what] = firstFacts();
    const facts = [
      { ...when!, value: "2026-04-09 13:40" }, { ...where!, value: "33.5, 36.3" }, { ...what!, value: "" },
      { name: "seen", kind: "number" as const, value: "3" },
    ];
    expect(accountOf(" the fall ", facts)).toEqual({
      body: { incident: "the fall", facts: { when: "2026-04-09T13:40:00Z", where: { lon: 36.3, lat: 33.5 }, seen: 3 } }, problem: null,
    });
  });

  it.each([
    ["", [{ name: "a", kind: "text" as const, value: "b" }], "Name the incident"],
    ["x", [], "at least one fact"],
    ["x", [{ name: "", kind: "text" as const, value: "b" }], "Give the fact a name"],
    ["x", [{ name: "a", kind: "number" as const, value: "many" }], "a: «many» is not a number"],
    ["x", [{ name: "a", kind: "text" as const, value: "b" }, { name: "a", kind: "text" as const, value: "c" }], "stands twice"],
    ["x", [{ name: "a", kind: "position" as const, value: "there" }], "latitude, longitude"],
  ])("names what stands in its way", (incident, facts, said) => {
    const { body, problem } = accountOf(incident, facts);
    expect(body).toBeNull();
    expect(problem).toContain(said);
  });

  it("shows two sides of a fact, newest first, and only while they differ", () => {
    const alert = (id: string, raised_at: string, cleared_at: string | null): Alert => ({
      id, code: "CONTRADICTION", severity: "advisory", about: [], why: "", may_do: [], raised_at, risen_at: null, cleared_at,
      cleared_why: null, to: [], mode: "live", acknowledged: [],
      detail: { incident: "the fall", fact: "when", accounts: [{ side: "alpha", value: "2026-04-09T13:40:00Z" }, { side: "bravo", value: 7 }] },
    });
    const found = contradictions([alert("1", "2026-01-01T00:00:00Z", null), alert("2", "2026-01-02T00:00:00Z", null), alert("3", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z")]);
    expect(found.map((f) => f.id)).toEqual(["2", "1"]);
    expect(found[0]!.sides).toEqual([{ side: "alpha", value: "09 APR 2026 13:40:00Z" }, { side: "bravo", value: "7" }]);
    expect(factInWords({ lon: 36.3, lat: 33.5 })).toBe("33.50000 N  036.30000 E");
  });
});
