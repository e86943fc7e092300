// ACPI's tables where the machine has them: found, checked, and mapped to be read.
import {
  addUp,
  listedAddress,
  listedCount,
  rootPointerBytes,
  rootTableAddress,
  tableHeaderBytes,
} from "../../acpi/table.as";
import { text } from "../../base/text.as";
import { acpiRootTable } from "./boot-record.as";
import { complain } from "./complaint.as";
import { findMemory } from "./machine-memory.as";
import { makeReadable } from "./readable-memory.as";

const tableLimit: u32 = 0x10_0000;

// Where firmware leaves the root pointer for who is not told (ACPI 6.5, 5.2.5.1).
const firmwareStart: usize = 0xe_0000;
const firmwareEnd: usize = 0x10_0000;
const rootAlignment: u32 = 16;

/** Complains of a table of tables that somebody told of and that is not sound. */
export function checkRootTable(): void {
  const told = acpiRootTable();
  if (told != 0 && readableTable(told) == 0) complain(text("the firmware's ACPI table is broken"));
}

/** The table of a signature; 0 when there is none that is sound. */
export function findTable(signature: u32): usize {
  findMemory();
  const told = acpiRootTable();
  const root = readableTable(told != 0 ? told : searchRootTable());
  if (root == 0) return 0;
  for (let index: u32 = 0; index < listedCount(root); index++) {
    const table = readableTable(listedAddress(root, index));
    if (table != 0 && load<u32>(table) == signature) return table;
  }
  return 0;
}

/** The table at an address; 0 when there is none, or it is not whole. */
export function readableTable(address: u64): usize {
  if (!makeReadable(address, tableHeaderBytes)) return 0;
  const table = <usize>address;
  const length = load<u32>(table, 4);
  const isSound =
    length >= tableHeaderBytes &&
    length <= tableLimit &&
    makeReadable(address, length) &&
    addUp(table, length);
  return isSound ? table : 0;
}

function searchRootTable(): u64 {
  for (let at = firmwareStart; at + rootPointerBytes <= firmwareEnd; at += rootAlignment) {
    const address = rootTableAddress(at);
    if (address != 0) return address;
  }
  return 0;
}
