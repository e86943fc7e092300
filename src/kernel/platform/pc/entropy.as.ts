// Entropy of the processor itself.
import * as cpu from "../../base/machine/cpu.as";
import { identifiedC, identify } from "./identification.as";

/** 64 bits from RDRAND where there is one, mixed with the timestamp counter, which is not much. */
export function hardwareRandom(): u64 {
  identify(1);
  const hasGenerator = ((identifiedC() >> 30) & 1) != 0;
  return (hasGenerator ? cpu.random() : 0) ^ rotl<u64>(cpu.timestamp(), 32);
}
