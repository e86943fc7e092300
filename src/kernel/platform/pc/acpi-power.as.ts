// Power off and reset by ACPI (ACPI 6.5, 4.8 and 7.4).
import {
  canReset,
  commandPort,
  controlBlock,
  definitionAddress,
  enableCommand,
  fixedFlag,
  fixedSignature,
  fixedWord,
  genericAddress,
  isPort,
  isReduced,
  resetRegister,
  resetValue,
  sleepRegister,
} from "../../acpi/fixed-table.as";
import { findSleepTypes } from "../../acpi/sleep-types.as";
import { tableHeaderBytes } from "../../acpi/table.as";
import * as mmio from "../../base/machine/mmio.as";
import * as port from "../../base/machine/port.as";
import { findTable, readableTable } from "./acpi-tables.as";
import { mapDeviceRegisters } from "./page-tables.as";

const isEnabled: u32 = 1; // SCI_EN of PM1's control
const sleepEnable: u32 = 1 << 13;
const sleepTypeShift: u32 = 10;
const reducedSleepEnable: u32 = 1 << 5;
const reducedTypeShift: u32 = 2;

/** Firmware that takes longer to leave ACPI to us than so many looks has forgotten. */
const enableLimit: u32 = 100_000;

/** Powers the machine off, or else resets it; returns when it has neither. */
export function powerOffByAcpi(): void {
  const fixed = findTable(fixedSignature);
  if (fixed == 0) return;
  const definition = readableTable(definitionAddress(fixed));
  if (definition != 0) {
    const length = load<u32>(definition, 4) - tableHeaderBytes;
    const types = findSleepTypes(definition + tableHeaderBytes, length);
    if (types >= 0) sleep(fixed, types);
  }
  if (fixedFlag(fixed, canReset)) {
    write(fixed, resetRegister, fixedWord(fixed, resetValue));
  }
}

/** Takes the machine's power management over from firmware, where firmware still has it. */
export function enableAcpi(fixed: usize): void {
  const control = fixedWord(fixed, controlBlock);
  const command = fixedWord(fixed, commandPort);
  if (command == 0 || (port.in8(control) & isEnabled) != 0) return;
  port.out8(command, fixedWord(fixed, enableCommand) & 0xff);
  for (let looks: u32 = 0; looks < enableLimit; looks++) {
    if ((port.in8(control) & isEnabled) != 0) return;
  }
}

function sleep(fixed: usize, types: u32): void {
  const first = types & 0xff;
  const second = types >> 8;
  if (fixedFlag(fixed, isReduced)) {
    write(fixed, sleepRegister, (first << reducedTypeShift) | reducedSleepEnable);
    return;
  }
  enableAcpi(fixed);
  port.out16(fixedWord(fixed, controlBlock), (first << sleepTypeShift) | sleepEnable);
  const other = fixedWord(fixed, controlBlock + 4);
  if (other != 0) port.out16(other, (second << sleepTypeShift) | sleepEnable);
}

/** Writes a byte to a register at a generic address. */
function write(fixed: usize, place: u32, value: u32): void {
  const address = genericAddress(fixed, place);
  if (address == 0) return;
  if (isPort(fixed, place)) port.out8(<u32>address & 0xffff, value & 0xff);
  else if (mapDeviceRegisters(address, 1)) mmio.write8(address, value & 0xff);
}
