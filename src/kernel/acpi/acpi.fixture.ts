/** ACPI tables as firmware writes them (ACPI 6.5, 5.2). */

/** What the tables say. */
export interface AcpiFacts {
  /** S5's types of PM1's blocks a and b. */
  readonly sleepTypes: readonly [number, number];
  readonly eventBlock: number;
  readonly controlBlock: number;
  readonly eventInterrupt: number;
  /** The line that the event's interrupt is wired to, active when low. */
  readonly eventLine: number;
}

/** Tables in one piece of memory, from the root pointer on. */
export function acpiTables(address: number, facts: AcpiFacts): Uint8Array {
  const place = { root: 64, fixed: 256, interrupts: 640, definition: 768 };
  const bytes = new Uint8Array(1024);
  const put = (at: number, table: Uint8Array) => bytes.set(table, at);
  put(place.definition, acpiTable("DSDT", definitionCode(facts.sleepTypes)));
  put(place.fixed, fixedTable(facts, address + place.definition));
  put(place.interrupts, acpiTable("APIC", interruptEntries(facts)));
  const list = new DataView(new ArrayBuffer(16));
  list.setBigUint64(0, BigInt(address + place.interrupts), true);
  list.setBigUint64(8, BigInt(address + place.fixed), true);
  put(place.root, acpiTable("XSDT", new Uint8Array(list.buffer)));
  put(0, rootPointer(address + place.root));
  return bytes;
}

/** A table that adds up to 0 behind its header. */
export function acpiTable(signature: string, contents: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(36 + contents.length);
  bytes.set(Buffer.from(signature, "latin1"));
  new DataView(bytes.buffer).setUint32(4, bytes.length, true);
  bytes.set(contents, 36);
  return addedUp(bytes, 9, bytes.length);
}

/** AML: Name (\_S5_, Package () { a, b, 0, 0 }), behind something else. */
export function definitionCode(types: readonly [number, number]): Uint8Array {
  const numbers = types.flatMap((type) => (type < 2 ? [type] : [0x0a, type]));
  const name = [...Buffer.from("\\_S5_", "latin1")];
  const length = numbers.length + 2 + 2;
  const others = new Array<number>(8).fill(0xa3);
  return Uint8Array.of(...others, 8, ...name, 0x12, length, 4, ...numbers, 0, 0);
}

function rootPointer(table: number): Uint8Array {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from("RSD PTR ", "latin1"));
  view.setUint8(15, 2);
  view.setUint32(20, 36, true);
  view.setBigUint64(24, BigInt(table), true);
  return addedUp(addedUp(bytes, 8, 20), 32, 36);
}

function fixedTable(facts: AcpiFacts, definition: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(232));
  const at = (place: number) => place - 36;
  view.setUint32(at(40), definition, true);
  view.setUint16(at(46), facts.eventInterrupt, true);
  view.setUint32(at(56), facts.eventBlock, true);
  view.setUint32(at(64), facts.controlBlock, true);
  view.setUint8(at(88), 4);
  return acpiTable("FACP", new Uint8Array(view.buffer));
}

function interruptEntries({ eventInterrupt, eventLine }: AcpiFacts): Uint8Array {
  const processor = [0, 8, 0, 0, 1, 0, 0, 0];
  const override = [2, 10, 0, eventInterrupt, eventLine, 0, 0, 0, 0x0f, 0];
  return Uint8Array.of(0, 0, 0xe0, 0xfe, 1, 0, 0, 0, ...processor, ...override);
}

/** Sets the byte at `sumAt` so that the bytes up to `end` add up to 0. */
function addedUp(bytes: Uint8Array, sumAt: number, end: number): Uint8Array {
  const sum = bytes.subarray(0, end).reduce((total, byte) => total + byte, 0);
  bytes[sumAt] = -sum;
  return bytes;
}
