/** Selectors in the global descriptor table, which are its offsets too. */
export const selectors = { code: 0x08, data: 0x10, task: 0x18, code32: 0x28 } as const;

/** What a page with the processor's descriptors points to. */
export interface DescribedImage {
  /** Where the page lies. */
  readonly address: number;
  /** Top of the stack on which exceptions run (IST1). */
  readonly faultStack: number;
  /** The code of each vector, from 0 on. */
  readonly interrupts: readonly number[];
}

/** Where in the page each table lies, and the operands of `lgdt`, `lidt` and `ldmxcsr`. */
export const descriptorPlaces = {
  globalTable: 0,
  taskState: 0x30,
  globalTableOperand: 0xa0,
  interruptTableOperand: 0xb0,
  floatingPointState: 0xc0,
  interruptTable: 0x100,
} as const;

/** Exceptions have the vectors below, and a stack of their own. */
export const exceptionCount = 32;

const globalTableBytes = 0x30;
const taskStateBytes = 104;
const firstInterruptStack = 0x24;
const noPermissionMap = 102;
const gateBytes = 16;

/**
 * 64-bit code, 32-bit code, flat data; present, ring 0, accessed (Intel SDM volume 3, 3.4.5). Data
 * are not marked as a 32-bit stack, which 64-bit mode ignores: an exception has no such stack
 * either, and for QEMU's translator code that runs on both is the same then.
 */
const codeDescriptor = 0x00af_9b00_0000_ffffn;
const code32Descriptor = 0x00cf_9b00_0000_ffffn;
const dataDescriptor = 0x008f_9300_0000_ffffn;
/** An available 64-bit task state segment without its base (volume 3, 8.2.3). */
const taskDescriptor = 0x0000_8900_0000_0000n | BigInt(taskStateBytes - 1);
/** A present interrupt gate to our code: interrupts stay off (volume 3, 6.14.1). */
const interruptGate = 0x8e00_0000_0000n | BigInt(selectors.code << 16);
const faultStackSlot = 1n << 32n;
/** All floating-point exceptions masked, round to nearest (volume 1, 10.2.3). */
const floatingPointState = 0x1f80;

/**
 * The global descriptor table, the task state, whose only use is the stack of the exceptions, and
 * the interrupt descriptor table.
 */
export function descriptorTables(image: DescribedImage): Uint8Array {
  const { globalTable, taskState, interruptTable } = descriptorPlaces;
  const tableBytes = image.interrupts.length * gateBytes;
  const view = new DataView(new ArrayBuffer(interruptTable + tableBytes));
  view.setBigUint64(globalTable + selectors.code, codeDescriptor, true);
  view.setBigUint64(globalTable + selectors.data, dataDescriptor, true);
  view.setBigUint64(globalTable + selectors.code32, code32Descriptor, true);
  const task = taskDescriptor | scattered(image.address + taskState, 24, 16, 56);
  view.setBigUint64(globalTable + selectors.task, task, true);
  view.setBigUint64(taskState + firstInterruptStack, BigInt(image.faultStack), true);
  view.setUint16(taskState + noPermissionMap, taskStateBytes, true);
  writeOperand(view, descriptorPlaces.globalTableOperand, globalTableBytes, image.address);
  const tableAddress = image.address + interruptTable;
  writeOperand(view, descriptorPlaces.interruptTableOperand, tableBytes, tableAddress);
  view.setUint32(descriptorPlaces.floatingPointState, floatingPointState, true);
  image.interrupts.forEach((code, vector) => {
    const stack = vector < exceptionCount ? faultStackSlot : 0n;
    const gate = interruptGate | stack | scattered(code, 16, 0, 48);
    view.setBigUint64(interruptTable + vector * gateBytes, gate, true);
  });
  return new Uint8Array(view.buffer);
}

/** A 32-bit address in two parts: its lower bits from bit `low` on, the others from bit `high` on. */
function scattered(address: number, lowerBits: number, low: number, high: number): bigint {
  const value = BigInt(address);
  const lower = value & ((1n << BigInt(lowerBits)) - 1n);
  return (lower << BigInt(low)) | ((value >> BigInt(lowerBits)) << BigInt(high));
}

/** What `lgdt` and `lidt` load: u16 limit, u64 base. */
function writeOperand(view: DataView, at: number, tableBytes: number, address: number): void {
  view.setUint16(at, tableBytes - 1, true);
  view.setBigUint64(at + 2, BigInt(address), true);
}
