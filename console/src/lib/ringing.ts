/** The number to ring when nothing can be sent. The agreement has no telephone numbers: a desk writes it here once. */
export function ringKey(mechanism: string): string {
  return `keepclear.ring.${mechanism}`;
}

export function keptNumber(storage: Pick<Storage, "getItem">, mechanism: string): string {
  return storage.getItem(ringKey(mechanism)) ?? "";
}

export function keepNumber(storage: Pick<Storage, "setItem">, mechanism: string, number: string): void {
  storage.setItem(ringKey(mechanism), number.trim().slice(0, 60));
}
