import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoffMs } from "../src/lib/backoff";
import { Client } from "../src/lib/client";
import { Deliveries, SPACING_MS } from "../src/lib/deliveries";
import { GRACE_MS, type LinkState, SILENCE_MS, Stream } from "../src/lib/stream";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Script = (resumedFrom: string | null, signal: AbortSignal) => Response;

/** A stream over scripted responses, one an attempt; the last is used for all that follow. */
function follow(...scripts: Script[]) {
  const log = { states: [] as LinkState[], data: [] as string[], resumed: [] as (string | null)[] };
  const fetcher = (async (_url: unknown, init?: RequestInit) => {
    const from = new Headers(init!.headers).get("Last-Event-ID");
    log.resumed.push(from);
    return (scripts.length > 1 ? scripts.shift()! : scripts[0]!)(from, init!.signal!);
  }) as typeof fetch;
  const onState = (s: LinkState): void => void (log.states.at(-1) === s || log.states.push(s));
  const stream = new Stream(new Client("t", fetcher), { onEvent: (e) => log.data.push(e.data), onState, onHeard: () => {} }, "4");
  const running = stream.run();
  return { log, stream, running };
}

const says = (text: string, then: "ends" | "hangs"): Script => (_from, signal) =>
  new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (then === "ends") controller.close();
      else signal.addEventListener("abort", () => controller.error(new DOMException("", "AbortError")));
    },
  }));
const down: Script = () => { throw new TypeError("down"); };

describe("the live link", () => {
  it("resumes after the last event it heard", async () => {
    const { log, stream } = follow(says('id: 5\ndata: five\n\nid: 6\ndata: half', "ends"), says("id: 6\ndata: six\n\n", "hangs"));
    await vi.advanceTimersByTimeAsync(2000);
    expect(log.resumed).toEqual(["4", "5"]);
    expect(log.data).toEqual(["five", "six"]);
    expect(log.states).toEqual(["connecting", "live", "reconnecting", "live"]);
    stream.stop();
  });

  it("says «disconnected» once the link has been lost for a while, and «live» when it is back", async () => {
    const { log, stream } = follow(says("id: 5\ndata: x\n\n", "ends"), down, down, down, down, down, says("", "hangs"));
    await vi.advanceTimersByTimeAsync(GRACE_MS + 1500);
    expect(log.states).toEqual(["connecting", "live", "reconnecting", "disconnected"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.states.slice(0, 5)).toEqual(["connecting", "live", "reconnecting", "disconnected", "live"]);
    stream.stop();
  });

  it("takes a silent stream for a dead one", async () => {
    const { log, stream } = follow(says(": hello\n", "hangs"));
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 5000);
    expect(log.resumed.length).toBeGreaterThan(1);
    expect(log.states).toContain("reconnecting");
    stream.stop();
  });

  it("stops for good when the token is no longer accepted", async () => {
    const { log, running } = follow(() => new Response("{}", { status: 401 }));
    await vi.advanceTimersByTimeAsync(60_000);
    await running;
    expect(log.states.at(-1)).toBe("refused");
    expect(log.resumed).toHaveLength(1);
  });

  it("waits longer each time, never over four seconds, never at the same moment as the others", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((n) => backoffMs(n, 1))).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000]);
    expect(backoffMs(4, 0)).toBeLessThan(backoffMs(4, 1));
  });
});

describe("deliveries", () => {
  it("are told at once, then together, at most five a second, and never backwards", async () => {
    const told: [number, number][] = [];
    const start = Date.now();
    const deliveries = new Deliveries(async (through) => void told.push([Date.now() - start, through]));
    for (let i = 1; i <= 100; i++) {
      deliveries.have(i);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1000);
    deliveries.have(50);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told[0]).toEqual([0, 1]);
    expect(told.length).toBeLessThanOrEqual(1 + 1000 / SPACING_MS + 1);
    expect(told.at(-1)![1]).toBe(100);
  });

  it("that could not be told are told again later", async () => {
    let up = false;
    const told: number[] = [];
    const deliveries = new Deliveries(async (through) => (up ? void told.push(through) : Promise.reject(new Error("down"))));
    deliveries.have(3);
    await vi.advanceTimersByTimeAsync(1000);
    up = true;
    deliveries.have(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual([3]);
  });
});
