// Descriptors 0, 1 and 2, which whoever started the process may have closed.
import * as host from "../../base/machine/host.as";

const close = 3;
const epollCreate = 291;

const closeOnExec: u64 = 0x8_0000;
const firstOther: i64 = 3;

/**
 * Fills those that are closed with what can be neither read nor written, so that nothing opened
 * later takes their place: what is written to standard error must not reach a socket.
 */
export function occupyStandardDescriptors(): void {
  let descriptor: i64 = 0;
  do {
    descriptor = host.setup(epollCreate, closeOnExec, 0, 0, 0, 0, 0);
  } while (descriptor >= 0 && descriptor < firstOther);
  if (descriptor >= 0) host.setup(close, descriptor, 0, 0, 0, 0, 0);
}
