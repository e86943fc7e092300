// The fixed description table, FADT (ACPI 6.5, 5.2.9): registers for sleep, reset and buttons.

/** Its signature, "FACP". */
export const fixedSignature: u32 = 0x5043_4146;

/** In `fixedFlag`: the reset register is there. */
export const canReset: u32 = 1 << 10;

/** In `fixedFlag`: sleep has a register of its own, and PM1's are not there. */
export const isReduced: u32 = 1 << 20;

/** In `fixedFlag`: there is no fixed power button. */
export const noFixedButton: u32 = 1 << 4;

// Places of fields; of a generic address they are those of its first byte.
/** The interrupt of events. */
export const eventInterrupt: u32 = 46;

/** The port by which firmware is told to leave ACPI to us, and with what. */
export const commandPort: u32 = 48;

/** The byte for that port. */
export const enableCommand: u32 = 52;

/** PM1's event registers, blocks a and b. */
export const eventBlock: u32 = 56;

/** PM1's control registers, block a; block b's are the next word. */
export const controlBlock: u32 = 64;

/** Bytes of PM1's event registers: half of them status, half enable. */
export const eventLength: u32 = 88;

/** A generic address, and behind it the value to write there. */
export const resetRegister: u32 = 116;

/** Reset's value. */
export const resetValue: u32 = 128;

/** The generic address of reduced hardware's sleep control. */
export const sleepRegister: u32 = 244;

const flagsPlace: u32 = 112;
const definitionPlace: u32 = 40;
const wideDefinitionPlace: u32 = 140;

/** A word of the table, 0 when the table is too old to have it. */
export function fixedWord(table: usize, place: u32): u32 {
  return place + 4 <= load<u32>(table, 4) ? load<u32>(table + place) : 0;
}

/** Whether a flag is set. */
export function fixedFlag(table: usize, flag: u32): bool {
  return (fixedWord(table, flagsPlace) & flag) != 0;
}

/** Where the definition block, DSDT, is. */
export function definitionAddress(table: usize): u64 {
  const high = <u64>fixedWord(table, wideDefinitionPlace + 4);
  const wide = <u64>fixedWord(table, wideDefinitionPlace) | (high << 32);
  return wide != 0 ? wide : fixedWord(table, definitionPlace);
}

/** The address in a generic address (5.2.3.2); 0 when it is neither in memory nor a port. */
export function genericAddress(table: usize, place: u32): u64 {
  if (!isPort(table, place) && (fixedWord(table, place) & 0xff) != 0) return 0;
  return <u64>fixedWord(table, place + 4) | (<u64>fixedWord(table, place + 8) << 32);
}

/** Whether a generic address is a port. */
export function isPort(table: usize, place: u32): bool {
  return (fixedWord(table, place) & 0xff) == 1;
}
