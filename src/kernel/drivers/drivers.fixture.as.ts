// The drivers by themselves, for tests: what `drivers.fixture.ts` calls.
export {
  addMmioDevice,
  deviceAt,
  deviceCount,
  findDevices,
  takeInterrupts,
} from "../bus/devices.as";
export {
  namedAddress,
  namedBytes,
  namedConfigurationSpace,
  namedDeviceCount,
  namedLine,
  noteConfigurationSpace,
  noteDeviceWord,
} from "../bus/device-words.as";
export { failureText } from "../bus/failures.as";
export { useMessages } from "../bus/messages.as";
export { negotiate } from "../bus/negotiation.as";
export { mapConfigurationSpace } from "../bus/pci-configuration.as";
export { useRegionWindow } from "../bus/pci-regions.as";
export {
  ignoreBlockDevice,
  listenToBlockDevice,
  openBlockDevice,
  resetBlockDevice,
  submitBlockRequest,
  takeBlockRequest,
} from "./block-device.as";
export {
  entropyBuffer,
  hasEntropyDevice,
  openEntropyDevice,
  requestEntropy,
  takeEntropy,
} from "./virtio-rng/virtio-rng.as";
export { addFrames, allocateFrames } from "../memory/frames.as";
export {
  clearWay,
  isNetDeviceUp,
  keepableMemory,
  keepReceivedFrame,
  listenToNetDevice,
  notifyNetDevice,
  openNetDevice,
  passKeptFrame,
  receiveFrame,
  releaseReceivedFrame,
  resetNetDevice,
  returnKeptFrame,
  startNetDevice,
  takeSentFrame,
  transmitFrame,
} from "./net-device.as";
export {
  drainSerial,
  enableSerialInterrupt,
  hasSerialByte,
  hasSerialPort,
  openSerialPort,
  takeSerialByte,
  writeSerial,
} from "./uart-16550/uart-16550.as";
export { openConsoleDevice, serveConsole } from "./virtio-console/virtio-console.as";
export {
  drainPort,
  ignorePort,
  inputBytes,
  inputStart,
  isPortOpen,
  listenToPort,
  outputBuffer,
  portViolations,
  sendOutput,
  takeInput,
  waitForOutputBuffer,
} from "./virtio-console/ports.as";
