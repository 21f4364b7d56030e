import { describe, expect, it } from "vitest";
import { SseParser } from "../src/lib/sse";

const STREAM = 'retry: 1000\n: keep-alive\n\nid: 7\nevent: change\ndata: {"a":\ndata: 1}\n\nid: 8\r\nevent: ready\r\ndata: {}\r\n\r\ndata:x\r\rdata\n\n';
const WHOLE = [
  { event: "change", data: '{"a":\n1}', id: "7" },
  { event: "ready", data: "{}", id: "8" },
  { event: "message", data: "x", id: "8" },
  { event: "message", data: "", id: "8" },
];

describe("server-sent events", () => {
  it("reads data of several lines, ids that last, comments and every line ending", () => {
    expect(new SseParser().push(STREAM)).toEqual(WHOLE);
  });

  it("gives the same events wherever the stream is cut", () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      const parser = new SseParser();
      expect([...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))]).toEqual(WHOLE);
    }
    const drop = new SseParser();
    expect([...STREAM].flatMap((c) => drop.push(c))).toEqual(WHOLE);
  });

  it("does not hand out an unfinished event", () => {
    expect(new SseParser().push("event: change\ndata: half\n")).toEqual([]);
  });

  it("sends nothing for an event without data, and forgets its name", () => {
    expect(new SseParser().push("event: change\n\ndata: x\n\n")).toEqual([{ event: "message", data: "x", id: null }]);
  });
});
