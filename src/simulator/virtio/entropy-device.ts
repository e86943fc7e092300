import { type Chain, spanBytes, writeSpans } from "./device-queue.ts";
import { type DeviceOptions, VirtioDevice } from "./virtio-device.ts";

/** An entropy device (virtio 1.2, 5.4): random bytes of the simulation's seed. */
export class EntropyDevice extends VirtioDevice {
  /** How many bytes the device has given. */
  givenBytes = 0;

  constructor(options: DeviceOptions) {
    super({ name: "entropy", type: 4, features: 0n, queues: 1 }, options);
  }

  configuration(): Uint8Array {
    return new Uint8Array(0);
  }

  protected serve(queue: number, chain: Chain): void {
    const { random } = this.simulation;
    const { drop, short, reset, delayNs } = this.faults;
    if (random.chance(reset)) return this.breakDown();
    if (random.chance(drop)) return this.note(`drops chain ${chain.head}`);
    const length = spanBytes(chain.writable);
    const bytes = random.bytes(random.chance(short) ? random.below(length) : length);
    this.afterDelay(delayNs, () => {
      writeSpans(this.view(), chain.writable, bytes);
      this.givenBytes += bytes.length;
      this.give(queue, chain, bytes.length);
    });
  }
}
