// tsuki-host abilities: what this host offers to keep processes apart, a line each, by trying it:
// "NAMESPACE yes" or "no", and "landlock VERSION".
import * as host from "../kernel/base/machine/host.as";
import {
  clearLine, lineLength, lineStart, putByte, putDecimal, putText,
} from "../kernel/base/line.as";
import { text } from "../kernel/base/text.as";
import { linuxExit } from "../kernel/platform/linux/process.as";
import { fork, unshare, waitFor, write } from "./system-calls.as";

const createRuleset = 444;
const askForVersion: u64 = 1; // LANDLOCK_CREATE_RULESET_VERSION
const newUser: u32 = 0x1000_0000; // CLONE_NEWUSER

const waitStatus = memory.data(8, 4);

/** Does it; ends the process. */
export function runAbilities(): void {
  tell(text("user"), newUser);
  tell(text("mnt"), 0x2_0000); // CLONE_NEWNS
  tell(text("pid"), 0x2000_0000); // CLONE_NEWPID
  tell(text("net"), 0x4000_0000); // CLONE_NEWNET
  tell(text("ipc"), 0x800_0000); // CLONE_NEWIPC
  tell(text("uts"), 0x400_0000); // CLONE_NEWUTS
  const version = host.setup(createRuleset, 0, 0, askForVersion, 0, 0, 0);
  clearLine();
  putText(text("landlock "));
  putDecimal(version > 0 ? version : 0);
  endLine();
  linuxExit(0);
}

function tell(name: usize, namespace: u32): void {
  const child = fork();
  if (child == 0) {
    const isPossible = unshare(namespace) == 0 || unshare(namespace | newUser) == 0;
    linuxExit(isPossible ? 0 : 1);
  }
  const hasEnded = child > 0 && waitFor(child, waitStatus, 0) == child;
  clearLine();
  putText(name);
  putText(hasEnded && load<u32>(waitStatus) == 0 ? text(" yes") : text(" no"));
  endLine();
}

function endLine(): void {
  putByte(10);
  write(1, lineStart(), lineLength());
}
