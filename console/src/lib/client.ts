/** The host over HTTP. Two ways to fail, never confused: it refused (`Refusal`), or it was not reached (`LinkDown`). */
import type { Problem } from "./api";

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "Refusal";
  }
}

export class LinkDown extends Error {
  constructor() {
    super("The host cannot be reached.");
    this.name = "LinkDown";
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: "about:blank",
    title: response.statusText || "Refused",
    status: response.status,
    detail: `The host answered ${response.status}.`,
    code: `http_${response.status}`,
  };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

export class Client {
  constructor(
    private readonly token: string,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
  ) {}

  /** The raw response of a request that the host accepted; used for the event stream. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.token}`);
    let response: Response;
    try {
      response = await this.fetcher(path, { ...init, headers, cache: "no-store", redirect: "error" });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new LinkDown();
    }
    // A proxy's 502–504 says that the host is away, not that it refused.
    if (response.status >= 502 && response.status <= 504) throw new LinkDown();
    if (!response.ok) throw new Refusal(await problemOf(response));
    return response;
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.open(path, { signal: AbortSignal.timeout(15_000) }).catch(asLinkDown);
    return (await response.json().catch(asLinkDown)) as T;
  }

  /** The answer's bytes as they are: what is checked by its hashes must not be read any other way. */
  async bytes(path: string, withinMs = 15_000): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.open(path, { signal: AbortSignal.timeout(withinMs) }).catch(asLinkDown);
    return new Uint8Array(await response.arrayBuffer().catch(asLinkDown));
  }

  async post<T>(path: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
    return this.send(path, JSON.stringify(body), { "Content-Type": "application/json", ...headers }, signal);
  }

  /** Posts text as it stands: `headers` say of what kind it is. */
  async send<T>(path: string, body: string, headers: Record<string, string>, signal?: AbortSignal): Promise<T> {
    const init: RequestInit = {
      method: "POST",
      body,
      headers,
      signal: signal ?? AbortSignal.timeout(15_000),
    };
    const response = await this.open(path, init).catch(signal ? rethrow : asLinkDown);
    const text = await response.text();
    return (text ? JSON.parse(text) : null) as T;
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** A request that timed out or broke off is a link that is down. */
function asLinkDown(error: unknown): never {
  if (error instanceof Refusal || error instanceof LinkDown) throw error;
  throw new LinkDown();
}
