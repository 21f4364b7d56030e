import { describe, expect, it } from "vitest";
import type { Statement } from "../src/lib/api";
import { Client, LinkDown } from "../src/lib/client";
import { type Held, Outbox, type Shelf, type Unnumbered } from "../src/lib/outbox";

const words = (id: string): Unnumbered => ({
  id, mechanism: "m", type: "ack", from: "alpha.air", precedence: "ROUTINE", refs: [], mode: "live", body: {},
});

/** A host that can be cut off, loses answers, or refuses; it keeps what it has heard. */
function scene() {
  const heard: { statement: Statement; held: boolean }[] = [];
  const host = { up: true, losesAnswer: false, refuses: 0 };
  const fetcher = (async (_url: unknown, init?: RequestInit) => {
    if (!host.up) throw new TypeError("down");
    if (host.refuses) {
      return new Response(JSON.stringify({ status: host.refuses, detail: "no", code: "c", field: "body" }), { status: host.refuses });
    }
    const statement = JSON.parse(init!.body as string) as Statement;
    if (heard.some((h) => h.statement.serial === statement.serial && h.statement.id !== statement.id)) {
      return new Response(JSON.stringify({ status: 409, detail: "used", code: "refused", field: "serial" }), { status: 409 });
    }
    if (!heard.some((h) => h.statement.id === statement.id)) heard.push({ statement, held: new Headers(init!.headers).get("Keepclear-Held") === "true" });
    if (host.losesAnswer) throw new TypeError("lost");
    return new Response(JSON.stringify({ id: statement.id, index: heard.length, heard_at: "", alerts: [] }), { status: 201 });
  }) as typeof fetch;
  const nextSerial = async (): Promise<number> => {
    if (!host.up) throw new LinkDown();
    return 1 + Math.max(0, ...heard.map((h) => h.statement.serial));
  };
  let kept: Held[] = [];
  const shelf: Shelf = { load: () => kept, save: (items) => (kept = structuredClone(items)) };
  const refused: string[] = [];
  const open = (): Outbox =>
    new Outbox(new Client("t", fetcher), shelf, nextSerial, 1, () => "2026-04-09T03:40:00Z", async (s) => ({ text: JSON.stringify(s), type: "application/json" }), () => {}, (s) => refused.push(s.id));
  return { heard, host, open, shelf, refused };
}

describe("what a desk says", () => {
  it("is numbered in the order in which it was said, also when said at once", async () => {
    const { heard, open } = scene();
    const outbox = open();
    await Promise.all(["a", "b", "c"].map((id) => outbox.say(words(id))));
    expect(heard.map((h) => [h.statement.id, h.statement.serial])).toEqual([["a", 1], ["b", 2], ["c", 3]]);
  });

  it("is held while the link is down, and goes in order, marked as held, when it is back", async () => {
    const { heard, host, open } = scene();
    const outbox = open();
    await outbox.say(words("a"));
    host.up = false;
    expect((await outbox.say(words("b"))).kind).toBe("held");
    expect((await outbox.say(words("c"))).kind).toBe("held");
    await outbox.flush();
    expect(outbox.held).toBe(2);
    host.up = true;
    await outbox.flush();
    expect(outbox.held).toBe(0);
    expect(heard.map((h) => [h.statement.id, h.statement.serial, h.held])).toEqual([["a", 1, false], ["b", 2, true], ["c", 3, true]]);
  });

  it("survives a reload of the page, and is then sent word for word as it was", async () => {
    const { heard, host, open, shelf } = scene();
    host.losesAnswer = true;
    await open().say(words("a"));
    const before = shelf.load()[0]!.statement;
    host.losesAnswer = false;
    const reopened = open();
    expect(reopened.held).toBe(1);
    await reopened.flush();
    expect(heard).toHaveLength(1); // the host had heard it the first time; the same again is harmless
    expect(heard[0]!.statement).toEqual(before);
  });

  it("that the host refuses is thrown back to the one who said it, and blocks nothing after it", async () => {
    const { heard, host, open } = scene();
    const outbox = open();
    host.refuses = 422;
    await expect(outbox.say(words("a"))).rejects.toThrow("no");
    host.refuses = 0;
    await outbox.say(words("b"));
    expect(heard.map((h) => h.statement.id)).toEqual(["b"]);
  });

  it("that was held and is refused later is told of, and blocks nothing after it", async () => {
    const { host, open, refused } = scene();
    const outbox = open();
    host.up = false;
    await outbox.say(words("a"));
    await outbox.say(words("b"));
    host.up = true;
    host.refuses = 422;
    await outbox.flush();
    expect(refused).toEqual(["a", "b"]);
    expect(outbox.held).toBe(0);
  });

  it.each([401, 429, 500])("stays held when the host answers %d, which is not about what was said", async (status) => {
    const { heard, host, open, refused } = scene();
    const outbox = open();
    host.up = false;
    await outbox.say(words("a"));
    host.up = true;
    host.refuses = status;
    await outbox.flush();
    expect([outbox.held, refused]).toEqual([1, []]);
    host.refuses = 0;
    await outbox.flush();
    expect(heard.map((h) => h.statement.id)).toEqual(["a"]);
  });

  it("can be held before anything was ever heard from this page", async () => {
    const { heard, host, open } = scene();
    const outbox = open();
    host.up = false;
    expect((await outbox.say(words("a"))).kind).toBe("held");
    host.up = true;
    await outbox.flush();
    expect(heard.map((h) => h.statement.serial)).toEqual([1]);
  });

  it("takes the next number when another place of the desk has used its own meanwhile", async () => {
    const { heard, host, open, shelf } = scene();
    const [one, other] = [open(), open()];
    host.up = false;
    await one.say(words("a"));
    host.up = true;
    shelf.save([]);
    await other.say(words("b"));
    await one.flush();
    expect(heard.map((h) => [h.statement.id, h.statement.serial])).toEqual([["b", 1], ["a", 2]]);
  });
});
