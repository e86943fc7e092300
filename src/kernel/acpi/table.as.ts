// What all tables of ACPI have in common (ACPI 6.5, 5.2.5 and 5.2.6).

/** Bytes of a table's header: u32 signature, u32 length of the whole table ... */
export const tableHeaderBytes: u32 = 36;

/** Bytes of the root pointer, the newer kind, which the older one is a part of. */
export const rootPointerBytes: u32 = 36;

const oldRootPointerBytes: u32 = 20;
const rootSignature: u64 = 0x2052_5450_2044_5352; // "RSD PTR "
const extendedRoot: u32 = 0x5444_5358; // "XSDT"

/** Whether bytes add up to 0, as those of every table do. */
export function addUp(pointer: usize, length: u32): bool {
  let sum: u32 = 0;
  for (const end = pointer + length; pointer < end; pointer++) sum += load<u8>(pointer);
  return (sum & 0xff) == 0;
}

/** Where a root pointer says that the table of tables is; 0 when it is none. */
export function rootTableAddress(pointer: usize): u64 {
  if (load<u64>(pointer) != rootSignature || !addUp(pointer, oldRootPointerBytes)) return 0;
  const isExtended = load<u8>(pointer, 15) >= 2 && addUp(pointer, rootPointerBytes);
  const extended = isExtended ? load<u64>(pointer, 24) : 0;
  return extended != 0 ? extended : load<u32>(pointer, 16);
}

/** Tables that a table of tables lists. */
export function listedCount(root: usize): u32 {
  return (load<u32>(root, 4) - tableHeaderBytes) / entryBytes(root);
}

/** Where a listed table is. */
export function listedAddress(root: usize, index: u32): u64 {
  const entry = root + tableHeaderBytes + index * entryBytes(root);
  return entryBytes(root) == 8 ? load<u64>(entry) : load<u32>(entry);
}

function entryBytes(root: usize): u32 {
  return load<u32>(root) == extendedRoot ? 8 : 4;
}
