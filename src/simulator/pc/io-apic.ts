import type { RegisterDevice } from "./buses.ts";

const window = 0x10;
const firstRedirection = 0x10;

/** A simulated I/O APIC (Intel 82093AA): it remembers where lines are routed to. */
export class IoApic implements RegisterDevice {
  readonly base = 0xfec0_0000n;
  readonly lengthBytes = 0x20;
  private selected = 0;
  private readonly values = new Map<number, number>();

  readonly read = (offset: number): number => {
    return offset === window ? (this.values.get(this.selected) ?? 0) : this.selected;
  };

  readonly write = (offset: number, value: number): void => {
    if (offset === window) this.values.set(this.selected, value);
    else this.selected = value;
  };

  /** The vector that a line is routed to, 0 when it is not. */
  vectorOf(line: number): number {
    return (this.values.get(firstRedirection + line * 2) ?? 0) & 0xff;
  }
}
