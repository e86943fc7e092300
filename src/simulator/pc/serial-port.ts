import type { PortDevice } from "./buses.ts";

const register = {
  data: 0,
  interruptEnable: 1,
  fifoControl: 2,
  lineControl: 3,
  lineStatus: 5,
  scratch: 7,
} as const;

const divisorAccess = 0x80;
const dataReady = 1;
const transmitterEmpty = 0x20;
const transmitterIdle = 0x40;
const fifoBytes = 16;

/** A simulated 16550 (PC16550D): what the host sends is queued without limit behind the FIFO. */
export class SerialPort implements PortDevice {
  readonly firstPort: number;
  readonly portCount = 8;
  /** Everything the guest has sent. */
  readonly sent: number[] = [];
  /** Bytes that overran the transmitter's FIFO: more than 16 without asking for its state. */
  overruns = 0;
  /** A port whose other end takes nothing never becomes ready to send again. */
  isStuck = false;
  private readonly waiting: number[] = [];
  private readonly values = new Uint8Array(8);
  private inFifo = 0;

  constructor(firstPort: number) {
    this.firstPort = firstPort;
  }

  /** The host sends bytes to the guest. */
  receive(bytes: Iterable<number>): void {
    this.waiting.push(...bytes);
  }

  /** How much the guest has not yet taken. */
  get waitingBytes(): number {
    return this.waiting.length;
  }

  /** Whether the port asks for an interrupt. */
  get interrupts(): boolean {
    return ((this.values[register.interruptEnable] ?? 0) & 1) === 1 && this.waiting.length > 0;
  }

  readonly read = (offset: number): number => {
    if (offset === register.data && !this.showsDivisor) return this.waiting.shift() ?? 0;
    if (offset === register.lineStatus) return this.readStatus();
    return this.values[offset] ?? 0xff;
  };

  readonly write = (offset: number, value: number): void => {
    if (offset === register.data && !this.showsDivisor) {
      this.inFifo++;
      if (this.inFifo > fifoBytes) this.overruns++;
      this.sent.push(value & 0xff);
    } else if (!(offset === register.interruptEnable && this.showsDivisor)) {
      this.values[offset] = value;
    }
  };

  private get showsDivisor(): boolean {
    return ((this.values[register.lineControl] ?? 0) & divisorAccess) !== 0;
  }

  private readStatus(): number {
    const ready = this.waiting.length > 0 ? dataReady : 0;
    if (this.isStuck) return ready;
    this.inFifo = 0;
    return ready | transmitterEmpty | transmitterIdle;
  }
}
