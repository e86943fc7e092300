// The multiple APIC description table, MADT (ACPI 6.5, 5.2.12): how interrupt lines are wired.

/** Its signature, "APIC". */
export const interruptSignature: u32 = 0x4349_5041;

/** In the result of `lineOf`: the line is active when low. */
export const activeLow: u32 = 1 << 31;

const firstEntry: u32 = 44;
const overrideKind: u32 = 2;
const overrideBytes: u32 = 10;
const polarityBits: u32 = 3;
const lowPolarity: u32 = 3;

const controllerKind: u32 = 1;
const controllerBytes: u32 = 12;
const linesOfController: u32 = 24;

/**
 * The I/O APIC with a global interrupt among its lines (5.2.12.3): where its registers are, and in
 * the upper half its first interrupt; 0 when the table names none. `table` is 0 where there is
 * none.
 */
export function controllerOf(table: usize, interrupt: u32): u64 {
  const length: u32 = table == 0 ? 0 : load<u32>(table, 4);
  let at: u32 = firstEntry;
  while (at + controllerBytes <= length) {
    const entry = table + at;
    const bytes: u32 = load<u8>(entry, 1);
    if (bytes < 2) break;
    const first = load<u32>(entry, 8);
    const isWithin = interrupt - first < linesOfController; // one before it wraps
    if (load<u8>(entry) == controllerKind && bytes >= controllerBytes && isWithin) {
      return <u64>load<u32>(entry, 4) | (<u64>first << 32);
    }
    at += bytes;
  }
  return 0;
}

/**
 * The I/O APIC's line that an ISA interrupt is wired to, with its polarity: its own number and
 * active high, if no override says otherwise (5.2.12.5). `table` is 0 where there is none.
 */
export function lineOf(table: usize, interrupt: u32): u32 {
  const length: u32 = table == 0 ? 0 : load<u32>(table, 4);
  let at: u32 = firstEntry;
  while (at + overrideBytes <= length) {
    const entry = table + at;
    const bytes: u32 = load<u8>(entry, 1);
    if (bytes < 2) break;
    if (load<u8>(entry) == overrideKind && load<u8>(entry, 3) == interrupt) {
      const isLow = (load<u16>(entry, 8) & polarityBits) == lowPolarity;
      return (load<u32>(entry, 4) & 0xff) | (isLow ? activeLow : 0);
    }
    at += bytes;
  }
  return interrupt;
}
