// The report of a trap, which ends the instance.
import * as config from "../base/config.as";
import { putHexadecimal, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { beginMessage, endMessage } from "../console/message.as";
import { appBase, appReservation, memoryLimit } from "../memory/app-memory.as";
import { writeBacktrace } from "./backtrace.as";
import { machineFault, memoryOutOfBounds, stackOverflow, trapMessage } from "./trap-message.as";

/** 128 + SIGABRT (contracts/traps.ts). */
const trapExitStatus: u32 = 134;

// How much below the stack is its guard (image/layout): an access there is its overflow.
const processGuardBytes: u64 = 0x1_0000;
const machineGuardBytes: u64 = 0x1000;

/**
 * Reports a trap and exits with 134. A fault comes as memoryOutOfBounds or machineFault with the
 * address that was accessed; an explicit check comes with address 0.
 */
export function trap(kind: u32, programCounter: u64, stackPointer: u64, address: u64): void {
  const isFault = address != 0 && (kind == memoryOutOfBounds || kind == machineFault);
  const cause = isFault ? causeOfFault(address) : kind;
  beginMessage(text("trap: "));
  putText(trapMessage(cause));
  if (cause == machineFault) {
    putText(text(" at address "));
    putHexadecimal(address);
  }
  endMessage();
  writeBacktrace(programCounter, stackPointer);
  exit(trapExitStatus);
}

function causeOfFault(address: u64): u32 {
  if (address - appBase < appReservation * memoryLimit) return memoryOutOfBounds;
  const isProcess = config.platform == config.linux;
  const guardBytes = isProcess ? processGuardBytes : machineGuardBytes;
  if (<u64>config.stackLow - 1 - address < guardBytes) return stackOverflow;
  return machineFault;
}
