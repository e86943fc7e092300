// Randomness of a guest of Solo5's: the processor's, for the tender offers none.
import * as cpu from "../../base/machine/cpu.as";
import { text } from "../../base/text.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";

const startFailure: u32 = 125;
const featureLeaf: u32 = 1;
const generatorBit: u32 = 30; // of ECX: RDRAND (Intel SDM volume 2, CPUID)

const registers = memory.data(16, 4);

/** 64 bits of RDRAND; ends the instance where there is none, for no other source is as good. */
export function processorRandom(): u64 {
  cpu.identify(featureLeaf, 0, registers);
  const hasGenerator = (load<u32>(registers, 8) >> generatorBit & 1) != 0;
  const bits = hasGenerator ? cpu.random() : 0;
  if (bits != 0) return bits;
  beginMessage(text("no randomness: Solo5 has none, nor has this processor (RDRAND)"));
  endMessage();
  exit(startFailure);
  return 0;
}
