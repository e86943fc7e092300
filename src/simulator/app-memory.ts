/** The app's linear memory as the kernel's `app` imports see it. */
export class AppMemory {
  private memory: WebAssembly.Memory | undefined;
  private readonly maximumPages: number;
  private view = new DataView(new ArrayBuffer(0));

  /** `maximumPages` is the declared maximum in 64 KiB pages. */
  constructor(maximumPages: number) {
    this.maximumPages = maximumPages;
  }

  /** Sets the memory once the app is instantiated. */
  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
  }

  /** The memory's present bytes: growing it detaches the buffer it had before. */
  bytes(): Uint8Array {
    return new Uint8Array(this.current().buffer);
  }

  private current(): DataView {
    const buffer = this.memory?.buffer;
    if (buffer !== undefined && this.view.buffer !== buffer) this.view = new DataView(buffer);
    return this.view;
  }

  /** The `app` module of the machine interface, without what starts the app. */
  imports(kernel: () => Uint8Array): Record<string, (...values: never[]) => unknown> {
    const at = (pointer: number): number => pointer >>> 0;
    return {
      size: () => this.current().byteLength / 65_536,
      maximum: () => this.maximumPages,
      load8: (pointer: number) => this.current().getUint8(at(pointer)),
      load16: (pointer: number) => this.current().getUint16(at(pointer), true),
      load32: (pointer: number) => this.current().getInt32(at(pointer), true),
      load64: (pointer: number) => this.current().getBigInt64(at(pointer), true),
      store8: (pointer: number, value: number) => this.current().setUint8(at(pointer), value),
      store16: (pointer: number, value: number) =>
        this.current().setUint16(at(pointer), value, true),
      store32: (pointer: number, value: number) =>
        this.current().setInt32(at(pointer), value, true),
      store64: (pointer: number, value: bigint) =>
        this.current().setBigInt64(at(pointer), value, true),
      copyIn: (pointer: number, appPointer: number, length: number) =>
        kernel().set(this.slice(appPointer, length), at(pointer)),
      copyOut: (appPointer: number, pointer: number, length: number) =>
        this.slice(appPointer, length).set(
          kernel().subarray(at(pointer), at(pointer) + at(length)),
        ),
      fill: (appPointer: number, byte: number, length: number) =>
        this.slice(appPointer, length).fill(byte),
    };
  }

  /** Throws RangeError when the range is not inside, as machine code would fault. */
  private slice(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.current().buffer, pointer >>> 0, length >>> 0);
  }
}
