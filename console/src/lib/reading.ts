/** Reads the lists whole, page by page: no cut is silent. */
import type { Alert, Notice, Obligation, Page } from "./api";
import type { Client } from "./client";
import { type Accident, lineOf, type LineNow, type Observation, type Proposal, type Stop } from "./line";
import type { Reading, World } from "./world";

async function whole<T>(client: Client, path: string): Promise<{ items: T[]; index: number }> {
  const items: T[] = [];
  let index = Infinity;
  let after: string | null = null;
  do {
    const page: Page<T> = await client.get<Page<T>>(path + (after === null ? "" : `&after=${encodeURIComponent(after)}`));
    items.push(...page.items);
    index = Math.min(index, page.index);
    after = page.next;
  } while (after !== null);
  return { items, index };
}

/**
 * Everything that is open. What is over is not read: after a year that would be most of it. It stays in view when it ends
 * while the page is open, and `readOver` fetches it when somebody asks.
 */
export async function readOpen(client: Client): Promise<Reading> {
  const [line, notices, alerts, obligations] = await Promise.all([
    readLine(client),
    whole<Notice>(client, "/v1/notices?state=heard&state=active&limit=500"),
    whole<Alert>(client, "/v1/alerts?open=true&limit=500"),
    whole<Obligation>(client, "/v1/obligations?open=true&limit=500"),
  ]);
  return { notices, alerts, obligations, line };
}

/** The line. Tests, suspensions and the watch are told without an index; the events that follow bring them up to date. */
async function readLine(client: Client): Promise<NonNullable<Reading["line"]>> {
  const [stop, proposal, observation, accident, now] = await Promise.all([
    whole<Stop>(client, "/v1/stops?open=true&limit=500"),
    whole<Proposal>(client, "/v1/proposals?open=true&limit=500"),
    whole<Observation>(client, "/v1/observations?limit=500"),
    whole<Accident>(client, "/v1/accidents?limit=500"),
    client.get<LineNow>("/v1/line"),
  ]);
  const things = lineOf({
    stop: stop.items, proposal: proposal.items, observation: observation.items, accident: accident.items,
    line_test: now.tests, suspension: now.suspensions, watch: now.watch,
  });
  const readAt = { stop: stop.index, proposal: proposal.index, observation: observation.index, accident: accident.index };
  return { things, readAt };
}

/** Notices that are over and of which something is still owed: a cancellation is acknowledged too, and has to be named. */
export async function readOwed(client: Client, world: World): Promise<Notice[]> {
  const { notices, line } = world;
  const known = (id: string): boolean => notices.has(id) || line.stop.has(id) || line.accident.has(id) || line.proposal.has(id);
  const wanted = [...world.obligations.values()].filter((o) => o.kind === "ack" && o.state === "open" && !known(o.subject));
  const ids = [...new Set(wanted.map((o) => o.subject))];
  const found = await Promise.allSettled(ids.map((id) => client.get<Notice>(`/v1/notices/${encodeURIComponent(id)}`)));
  return found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** The notices that are complete, cancelled or expired. */
export async function readOver(client: Client): Promise<Notice[]> {
  return (await whole<Notice>(client, "/v1/notices?state=complete&state=cancelled&state=expired&limit=500")).items;
}
