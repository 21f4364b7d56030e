/**
 * Tells the host how far this desk's machine has everything: only then is a statement «delivered». The first word goes
 * at once, the next ones together, at most five a second.
 */
export const SPACING_MS = 200;

export class Deliveries {
  private told = -1;
  private through = -1;
  private busy = false;

  constructor(
    private readonly send: (through: number) => Promise<void>,
    private readonly wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  /** Everything up to this record index is here. */
  have(index: number): void {
    if (index > this.through) this.through = index;
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.through > this.told) {
      const through = this.through;
      try {
        await this.send(through);
        this.told = through;
      } catch {
        break; // the link is down: said again with the next event after it is back
      }
      await this.wait(SPACING_MS);
    }
    this.busy = false;
  }
}
