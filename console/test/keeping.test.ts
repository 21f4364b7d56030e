import { createHash, generateKeyPairSync, type KeyObject, sign as signWith } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { Client } from "../src/lib/client";
import { canonical } from "../src/lib/canonical";
import { makeKey, sign, STATEMENT, takenApart } from "../src/lib/jws";
import type { Statement } from "../src/lib/api";
import { Keeping } from "../src/record/keeping.svelte";
import { passingShelf } from "../src/record/shelf";

const sha = (...parts: (Buffer | string)[]): Buffer => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part as string)))).digest();
const ORIGIN = "host.example/trial";
const SALT = Buffer.alloc(16, 7);
const HEARD_AT = "2026-04-09T03:40:00.000Z";

/** A log by the definitions of RFC 6962, with nothing of what it is to judge. */
class Log {
  entries: string[] = [];
  constructor(readonly pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ed25519")) {}

  fork(size: number): Log {
    const other = new Log(this.pair);
    other.entries = this.entries.slice(0, size);
    return other;
  }
  add(statement: object): number {
    return this.entries.push(canonical({ at: Date.parse(HEARD_AT), kind: "statement", statement, v: 2 })) - 1;
  }
  private get hashes(): Buffer[] {
    return this.entries.map((entry) => {
      const commitment = sha(SALT, entry).toString("base64url");
      return sha("\x00", `{"at":${Date.parse(HEARD_AT)},"commitment":"${commitment}","v":1}`);
    });
  }
  root(size: number, from = 0): Buffer {
    const all = this.hashes.slice(from, size);
    if (all.length <= 1) return all[0] ?? sha("");
    const k = 2 ** Math.ceil(Math.log2(all.length) - 1);
    return sha("\x01", this.root(from + k, from), this.root(size, from + k));
  }
  path(index: number, size: number, from = 0): Buffer[] {
    const count = size - from;
    if (count <= 1) return [];
    const k = 2 ** Math.ceil(Math.log2(count) - 1);
    return index < k ? [...this.path(index, from + k, from), this.root(size, from + k)] : [...this.path(index - k, size, from + k), this.root(from + k, from)];
  }
  between(old: number, size: number, from = 0, whole = true): Buffer[] {
    const [m, count] = [old - from, size - from];
    if (m === count || m === 0) return whole || m === 0 ? [] : [this.root(size, from)];
    const k = 2 ** Math.ceil(Math.log2(count) - 1);
    return m <= k ? [...this.between(old, from + k, from, whole), this.root(size, from + k)] : [...this.between(old, size, from + k, false), this.root(from + k, from)];
  }
  private get raw(): Buffer {
    return this.pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  }
  get id(): Buffer {
    return sha(`${ORIGIN}\n`, "\x01", this.raw).subarray(0, 4);
  }
  get key(): string {
    return `${ORIGIN}+${this.id.toString("hex")}+${Buffer.concat([Buffer.from([1]), this.raw]).toString("base64")}`;
  }
  note(size = this.entries.length): string {
    const text = `${ORIGIN}\n${size}\n${this.root(size).toString("base64")}\n`;
    const signature = signWith(null, Buffer.from(text), this.pair.privateKey);
    return `${text}\n— ${ORIGIN} ${Buffer.concat([this.id, signature]).toString("base64")}\n`;
  }
  receipt(index: number): string {
    const size = this.entries.length;
    const hashes = this.path(index, size).map((hash) => `${hash.toString("base64")}\n`).join("");
    const extra = Buffer.concat([SALT, Buffer.from(this.entries[index]!)]).toString("base64");
    return `c2sp.org/tlog-proof@v1\nextra ${extra}\nindex ${index}\n${hashes}\n${this.note()}`;
  }
}

/** A host that answers from whichever log it likes. */
function scene(log: Log) {
  const host = { log, asked: [] as string[], up: true, statements: new Map<number, object>() };
  const refuse = (status: number): Response => new Response(JSON.stringify({ status, detail: "there is no such thing" }), { status });
  const fetcher = (async (given: string) => {
    const url = new URL(given, "http://host");
    host.asked.push(url.pathname);
    if (!host.up) throw new TypeError("down");
    if (url.pathname === "/v1/record/status") return Response.json({ origin: ORIGIN, log_keys: [host.log.key], size: host.log.entries.length, failure: null, binding_size: null, policy: null, split_view: false, missing: [] });
    if (url.pathname === "/v1/checkpoint") return new Response(host.log.note());
    if (url.pathname === "/v1/consistency") {
      const [from, to] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("to"))];
      if (to > host.log.entries.length) return refuse(422);
      return Response.json({ old_root: host.log.root(from).toString("base64"), proof: host.log.between(from, to).map((one) => one.toString("base64")) });
    }
    const receipt = /^\/v1\/record\/(\d+)\/receipt$/.exec(url.pathname);
    if (receipt) return Number(receipt[1]) < host.log.entries.length ? new Response(host.log.receipt(Number(receipt[1]))) : refuse(404);
    const entry = /^\/v1\/record\/(\d+)$/.exec(url.pathname);
    return entry ? Response.json({ statement: host.statements.get(Number(entry[1])) ?? null }) : refuse(404);
  }) as typeof fetch;
  const shelf = passingShelf();
  let clock = 1_000;
  const open = async (): Promise<Keeping> => {
    const keeping = new Keeping(new Client("t", fetcher), "alpha.air", () => [], () => host.up, () => clock);
    await keeping.begin(async () => shelf, 3_600_000);
    return keeping;
  };
  return { host, open, pass: (ms: number) => void (clock += ms) };
}

let serial = 0;
const statement = (type = "message"): Statement => ({
  id: `id-${++serial}`, mechanism: "m", type, from: "alpha.air", serial, said_at: "t", precedence: "ROUTINE", refs: [], mode: "live", body: { text: "words" },
});
const heard = (index: number) => ({ id: "", index, heard_at: HEARD_AT, alerts: [] });

async function said(keeping: Keeping, log: Log, one = statement()): Promise<string> {
  keeping.said(one, JSON.stringify(one), heard(log.add(one)));
  await vi.waitFor(() => expect(keeping.items.get(one.id)?.state).not.toBe("waiting"));
  return one.id;
}

function grown(count: number, word: string, log = new Log()): Log {
  for (let n = 0; n < count; n++) log.add({ word, n });
  return log;
}

describe("what this desk said", () => {
  it("is kept once its receipt was checked, and after a reload of the page still is", async () => {
    const { host, open } = scene(grown(5, "a"));
    const keeping = await open();
    const id = await said(keeping, host.log);
    expect(keeping.items.get(id)).toMatchObject({ state: "kept", receipt: host.log.receipt(5) });
    expect((await open()).items.get(id)?.state).toBe("kept");
    expect(keeping.alarms).toEqual([]);
  });

  it("is missing when the host has no receipt in time, and not before; one that comes after all makes it good", async () => {
    const { host, open, pass } = scene(grown(5, "a"));
    const keeping = await open();
    const one = statement("stop");
    keeping.said(one, JSON.stringify(one), heard(5));
    await vi.waitFor(() => expect(host.asked.filter((path) => path.endsWith("/receipt"))).toHaveLength(2), 4_000);
    expect(keeping.items.get(one.id)?.state).toBe("waiting");
    pass(31_000);
    await vi.waitFor(() => expect(keeping.failed.map((item) => item.state)).toEqual(["missing"]), 4_000);
    host.log.add(one);
    await keeping.look();
    await vi.waitFor(() => expect(keeping.items.get(one.id)?.state).toBe("kept"));
  });

  it("is not called missing while it is the link that is down", async () => {
    const { host, open, pass } = scene(grown(5, "a"));
    const keeping = await open();
    host.up = false;
    const one = statement();
    keeping.said(one, JSON.stringify(one), heard(5));
    pass(60_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(keeping.items.get(one.id)?.state).toBe("waiting");
  });

  it("from another place is proved as well, and as it was sent where another tab has kept that", async () => {
    const { host, open } = scene(grown(5, "a"));
    const [first, second] = [await open(), await open()];
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const one = statement();
    const index = host.log.add(one);
    first.said(one, JSON.stringify(one), heard(index));
    const terminal = statement();
    const told = [{ ...one, index, heard_at: HEARD_AT }, { ...terminal, index: host.log.add(terminal), heard_at: HEARD_AT }];
    second.heard(told);
    vi.advanceTimersByTime(5_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(second.list.map((item) => item.state)).toEqual(["kept", "kept"]), 4_000);
    expect([second.items.get(one.id)?.sent, second.items.get(terminal.id)?.sent]).toEqual([JSON.stringify(one), null]);
  });

  it("is false where the entry holds other words", async () => {
    const { host, open } = scene(grown(5, "a"));
    const keeping = await open();
    const one = statement();
    keeping.said(one, JSON.stringify(one), heard(host.log.add({ ...one, body: { text: "other words" } })));
    await vi.waitFor(() => expect(keeping.items.get(one.id)?.state).toBe("false"));
  });
});

describe("the log", () => {
  it("goes on, and what was seen of it is passed on", async () => {
    const { host, open } = scene(grown(5, "a"));
    const keeping = await open();
    grown(4, "b", host.log);
    await keeping.look();
    expect([keeping.alarms, keeping.trouble, keeping.seen]).toEqual([[], null, host.log.note()]);
    const asked = host.asked.length;
    await keeping.look();
    expect(host.asked.slice(asked)).toEqual(["/v1/record/status", "/v1/checkpoint"]);
    const key = await makeKey();
    expect(takenApart(await sign(key, statement(), STATEMENT, keeping.seen))?.seen).toBe(host.log.note());
  });

  it.each([["of another size", 9], ["of the same size", 6]])("that was forked, %s, is an alarm that convinces and stays", async (_, more) => {
    const { host, open } = scene(grown(11, "a"));
    const keeping = await open();
    const before = keeping.seen;
    host.log = grown(more, "b", host.log.fork(5));
    await keeping.look();
    expect(keeping.alarms).toMatchObject([{ kind: "split", isProven: true }]);
    expect(JSON.parse(keeping.alarms[0]!.file)).toMatchObject({ format: "keepclear-evidence/1", first: before, second: host.log.note() });
    expect(keeping.seen, "what was believed before is still passed on").toBe(before);
    expect((await open()).alarms).toHaveLength(1);
  });

  it("that was rolled back is an alarm, and one that convinces once it has grown past what was seen", async () => {
    const { host, open } = scene(grown(11, "a"));
    const keeping = await open();
    host.log = host.log.fork(4);
    await keeping.look();
    expect(keeping.alarms).toMatchObject([{ kind: "split", isProven: false }]);
    grown(9, "b", host.log);
    await keeping.look();
    await keeping.look();
    expect(keeping.alarms.map((alarm) => alarm.isProven)).toEqual([false, true]);
    const id = await said(keeping, host.log);
    expect(keeping.items.get(id)?.state).toBe("false");
  });

  it("under another key is an alarm that stays, and nothing under it is kept", async () => {
    const { host, open } = scene(grown(5, "a"));
    const keeping = await open();
    host.log = grown(9, "a");
    await keeping.look();
    expect(keeping.alarms).toMatchObject([{ kind: "key" }]);
    const id = await said(keeping, host.log);
    expect(keeping.items.get(id)?.state).toBe("false");
    const again = await open();
    expect(again.alarms).toHaveLength(1);
    await again.beginAnew();
    expect([again.alarms, again.seen, again.list]).toEqual([[], host.log.note(), []]);
  });

  it("that another desk was shown is compared at the next look, by one request for each desk", async () => {
    const { host, open } = scene(grown(5, "a"));
    const keeping = await open();
    const other = grown(7, "b", host.log.fork(5));
    const key = await makeKey();
    host.statements.set(7, { jws: await sign(key, statement(), STATEMENT, other.note()) });
    const told = { ...statement(), from: "bravo.air", index: 7, heard_at: HEARD_AT, signed_by: key.kid };
    grown(9, "c", host.log);
    const asked = host.asked.length;
    keeping.heard([{ ...told, index: 6 }, told]);
    expect(host.asked).toHaveLength(asked);
    await keeping.look();
    expect(keeping.alarms).toMatchObject([{ kind: "split", isProven: true }]);
    expect(keeping.alarms[0]!.why).toContain("what bravo.air has seen");
    expect(host.asked.slice(asked).filter((path) => /record\/\d+$/.test(path))).toEqual(["/v1/record/7"]);
  });
});
