// The timestamp counter's frequency, where the processor or the hypervisor tells it (Intel SDM
// volume 3, 18.7.3; leaf 0x40000010 as VMware defined it and QEMU gives it).
import {
  highestHypervisorLeaf,
  highestLeaf,
  identifiedA,
  identifiedB,
  identifiedC,
  identify,
} from "./identification.as";

const crystalLeaf: u32 = 0x15;
const frequencyLeaf: u32 = 0x16;
const hypervisorLeaf: u32 = 0x4000_0010;

/** Ticks a second, 0 when nobody tells. */
export function timestampFrequency(): u64 {
  if (highestHypervisorLeaf() >= hypervisorLeaf) {
    identify(hypervisorLeaf);
    if (identifiedA() != 0) return <u64>identifiedA() * 1000;
  }
  const highest = highestLeaf();
  if (highest < crystalLeaf) return 0;
  identify(crystalLeaf);
  const denominator = <u64>identifiedA();
  const numerator = <u64>identifiedB();
  const crystal = <u64>identifiedC();
  if (denominator == 0 || numerator == 0) return 0;
  if (crystal != 0) return crystal * numerator / denominator;
  // Without the crystal's frequency, the base frequency is the counter's.
  if (highest < frequencyLeaf) return 0;
  identify(frequencyLeaf);
  return <u64>(identifiedA() & 0xffff) * 1_000_000;
}
