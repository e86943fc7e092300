// The request to stop as a Linux process gets it: SIGTERM or SIGINT. They are blocked, and the
// epoll of readiness.as.ts reports them, so that none is missed between looking and waiting
// (signalfd(2)).
import * as host from "../../base/machine/host.as";
import { scratchSpace, watchStop } from "./readiness.as";

const sigprocmask = 14;
const signalfd = 289;

const block: u64 = 0; // SIG_BLOCK
const interrupt: u32 = 2; // SIGINT
const terminate: u32 = 15; // SIGTERM
const closeOnExec: u64 = 0x8_0000;

/** Has the signals reported instead of ending the process; false when the host refuses. */
export function catchStopSignals(): bool {
  return catchSignal(terminate) && catchSignal(interrupt);
}

function catchSignal(signal: u32): bool {
  const mask = scratchSpace();
  store<u64>(mask, (<u64>1) << (signal - 1));
  if (host.setup(sigprocmask, block, mask, 0, 8, 0, 0) < 0) return false;
  const descriptor = host.setup(signalfd, ~0, mask, 8, closeOnExec, 0, 0);
  if (descriptor < 0) return false;
  watchStop(<u32>descriptor, signal);
  return true;
}
