import { EntropyDevice } from "../../../simulator/virtio/entropy-device.ts";
import { describeHostileDevice } from "../hostile-device.suite.ts";

describeHostileDevice("virtio-rng", (machine) => {
  const device = machine.attach(new EntropyDevice(machine.deviceOptions));
  machine.call("openEntropyDevice");
  return {
    device,
    send: () => machine.call("requestEntropy"),
    take: () => {
      const length = machine.call("takeEntropy");
      if (length > 64) throw new Error(`${length} bytes of an answer of at most 64`);
    },
  };
});
