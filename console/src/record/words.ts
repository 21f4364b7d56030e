/** How each state of a statement in the record is said: `short` beside the statement, `long` to who asks. */
import type { KeptState } from "./kept";
import type { Alarm } from "./view";

export const KEPT: Record<KeptState, { mark: string; short: string; long: string }> = {
  waiting: { mark: "○", short: "not proved yet", long: "The host says that it heard it. Its receipt has not come yet." },
  kept: { mark: "◑", short: "kept", long: "Proved here: it is in the record, under a checkpoint that the log has signed. Provisional: the witnesses that make it binding have not cosigned that, or there are none." },
  binding: { mark: "●", short: "binding", long: "Proved here: it is in the record, under a checkpoint that the log has signed and enough witnesses have cosigned." },
  missing: { mark: "✕", short: "NOT IN THE RECORD", long: "The host said that it heard it, and has no receipt of it." },
  false: { mark: "✕", short: "FALSE RECEIPT", long: "What came as its receipt does not prove it." },
};

/** `STOP`, `notice`, `stop reply` */
export function typeWord(type: string): string {
  return type === "stop" ? "STOP" : type.replaceAll("_", " ");
}

/** Under what name the file of an alarm is saved. */
export function fileName(alarm: Alarm): string {
  return `keepclear-${alarm.kind}-${alarm.foundAt.replaceAll(":", "")}.json`;
}
