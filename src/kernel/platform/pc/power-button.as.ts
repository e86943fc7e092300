// The power button, which asks the instance to stop: a fixed event of ACPI (ACPI 6.5, 4.8.3.1.1).
import {
  eventBlock,
  eventInterrupt,
  eventLength,
  fixedFlag,
  fixedSignature,
  fixedWord,
  isReduced,
  noFixedButton,
} from "../../acpi/fixed-table.as";
import { activeLow, interruptSignature, lineOf } from "../../acpi/interrupt-table.as";
import * as port from "../../base/machine/port.as";
import { enableAcpi } from "./acpi-power.as";
import { findTable } from "./acpi-tables.as";
import { ioApicBase, routeInterrupt } from "./io-apic.as";
import { localApicId } from "./local-apic.as";

const buttonVector: u32 = 0x23;
const button: u32 = 1 << 8; // PWRBTN of PM1's status and enable

let isWatched = false;
let statusPort: u32 = 0;

/** Lets the button interrupt, if there is one; interrupt controllers must be there. */
export function watchPowerButton(): void {
  if (isWatched) return;
  isWatched = true;
  const fixed = findTable(fixedSignature);
  if (fixed == 0 || fixedFlag(fixed, isReduced) || fixedFlag(fixed, noFixedButton)) return;
  const events = fixedWord(fixed, eventBlock);
  const length = fixedWord(fixed, eventLength) & 0xff;
  if (events == 0 || length < 4) return;
  enableAcpi(fixed);
  const line = lineOf(findTable(interruptSignature), fixedWord(fixed, eventInterrupt) & 0xffff);
  // The line stays active until the event is served: as an edge it wakes once.
  routeInterrupt(ioApicBase, line & 0xff, buttonVector, localApicId(), (line & activeLow) != 0);
  // Whoever pressed it before now is obeyed, too: then this raises the line.
  statusPort = events;
  port.out16(events + length / 2, button);
}

/** Whether the button was pressed since the last look. */
export function powerButtonPressed(): bool {
  if (statusPort == 0 || (port.in16(statusPort) & button) == 0) return false;
  port.out16(statusPort, button);
  return true;
}
