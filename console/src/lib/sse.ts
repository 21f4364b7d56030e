/**
 * Server-sent events from a byte stream. The browser's EventSource cannot send an Authorization header, so the console
 * reads the stream itself, by the rules of the HTML standard §9.2.6.
 */
export interface ServerEvent {
  event: string;
  data: string;
  /** The last id heard so far: what to resume from. */
  id: string | null;
}

export class SseParser {
  private buffer = "";
  private data: string[] = [];
  private event = "";
  private id: string | null = null;
  private first = true;

  /** Every event that became complete with this piece of text; an unfinished one waits for the next piece. */
  push(text: string): ServerEvent[] {
    this.buffer += text;
    if (this.first && this.buffer.length > 0) {
      this.buffer = this.buffer.replace(/^\uFEFF/, "");
      this.first = false;
    }
    const events: ServerEvent[] = [];
    for (;;) {
      const end = this.buffer.search(/\r\n|\n|\r/);
      // A lone CR at the very end may be the first half of a CRLF.
      if (end < 0 || (this.buffer[end] === "\r" && end === this.buffer.length - 1)) return events;
      const line = this.buffer.slice(0, end);
      this.buffer = this.buffer.slice(end + (this.buffer.startsWith("\r\n", end) ? 2 : 1));
      const done = this.line(line);
      if (done) events.push(done);
    }
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return null; // a comment: keep-alive
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return null;
  }

  private dispatch(): ServerEvent | null {
    const complete: ServerEvent = { event: this.event || "message", data: this.data.join("\n"), id: this.id };
    const empty = this.data.length === 0;
    this.data = [];
    this.event = "";
    return empty ? null : complete;
  }
}
