// How drivers find their devices: the first one of a type that can be taken into use.
import { takeDevice } from "../bus/devices.as";
import { failDevice } from "../bus/negotiation.as";

/**
 * Takes the next device of a type that works into use; false when there is none. A `Device` has
 * `open(transport)`, which returns 0 or a failure.
 */
export function openWorkingDevice<Device>(device: Device, type: u32): bool {
  for (let found = takeDevice(type); found !== null; found = takeDevice(type)) {
    const failure = device.open(found);
    if (failure == 0) return true;
    failDevice(found, failure);
  }
  return false;
}
