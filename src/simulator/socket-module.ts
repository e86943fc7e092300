import type { MachineFunction } from "./machine.ts";
import {
  type Network,
  readKernelAddress,
  type SocketAddress,
  writeKernelAddress,
} from "./network.ts";

/** The socket functions of the `node` module over a network. */
export function socketModule(
  network: Network,
  memory: WebAssembly.Memory,
): Record<string, MachineFunction> {
  const view = (): DataView => new DataView(memory.buffer);
  const range = (pointer: number, length: number): Uint8Array =>
    new Uint8Array(memory.buffer, pointer >>> 0, length >>> 0);
  const address = (pointer: number) => readKernelAddress(view(), pointer >>> 0);
  return {
    socketOpen: (family: number, type: number) =>
      BigInt(network.open(family === 1 ? "IPv4" : "IPv6", type)),
    socketBind: (handle: number, place: number) => BigInt(network.bind(handle, address(place))),
    socketListen: (handle: number, backlog: number) =>
      BigInt(network.listen(handle, backlog >>> 0)),
    socketAccept: (handle: number, place: number) => {
      const accepted = network.accept(handle);
      if (typeof accepted === "number") return BigInt(accepted);
      writeKernelAddress(view(), place >>> 0, accepted.peer);
      return BigInt(accepted.handle);
    },
    socketConnect: (handle: number, place: number) =>
      BigInt(network.connect(handle, address(place))),
    socketReceive: (
      handle: number,
      pointer: number,
      capacity: number,
      flags: number,
      place: number,
    ) => {
      const received = network.receive(handle, capacity >>> 0, (flags & 1) === 1);
      if (typeof received === "number") return BigInt(received);
      const bytes = received.bytes.subarray(0, capacity >>> 0);
      range(pointer, bytes.length).set(bytes);
      if (place !== 0 && received.from !== undefined) {
        writeKernelAddress(view(), place >>> 0, received.from);
      }
      return BigInt(bytes.length);
    },
    socketSend: (handle: number, pointer: number, length: number, place: number) => {
      const to = place === 0 ? undefined : address(place);
      return BigInt(network.send(handle, range(pointer, length), to));
    },
    socketShutdown: (handle: number, how: number) => BigInt(network.shutdown(handle, how)),
    socketClose: (handle: number) => network.close(handle),
    socketLocalAddress: (handle: number, place: number) => {
      const local = network.localAddress(handle);
      if (typeof local === "number") return BigInt(local);
      writeKernelAddress(view(), place >>> 0, local);
      return 0n;
    },
    ...optionFunctions(network, address),
    socketWatch: (handle: number, mark: number) => network.watch(handle, mark),
    socketEvents: (pointer: number, capacity: number) => {
      const events = network.takeEvents(capacity >>> 0);
      events.flat().forEach((word, index) => {
        view().setUint32((pointer >>> 0) + index * 4, word, true);
      });
      return events.length;
    },
    hostFile: (which: number, pointer: number, capacity: number) => {
      const content = network.hostFile(which === 0 ? "hosts" : "resolv.conf");
      const bytes = new TextEncoder().encode(content).subarray(0, capacity >>> 0);
      range(pointer, bytes.length).set(bytes);
      return bytes.length;
    },
    socketReadable: (handle: number) => Number(network.isReadable(handle)),
  };
}

/** Options of sockets, and the groups that they are in. */
function optionFunctions(
  network: Network,
  address: (pointer: number) => SocketAddress,
): Record<string, MachineFunction> {
  return {
    socketOption: (handle: number, option: number) => BigInt(network.option(handle, option)),
    socketSetOption: (handle: number, option: number, value: bigint) =>
      BigInt(network.setOption(handle, option, Number(value))),
    socketSetMembership: (
      handle: number,
      group: number,
      own: number,
      number: number,
      joins: number,
    ) =>
      BigInt(
        network.setMembership(handle, {
          ...{ group: address(group).address, own: address(own).address, number },
          joins: joins !== 0,
        }),
      ),
  };
}
