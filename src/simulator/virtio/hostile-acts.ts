import type { SeededRandom } from "../random.ts";
import type { DeviceQueue } from "./device-queue.ts";

/** One thing that a hostile device does to a queue; the driver must survive every one. */
export type HostileAct = (queue: DeviceQueue, memory: DataView, random: SeededRandom) => void;

const largest = 0xffff_ffff;

/** What a hostile device writes, each for itself. */
export const hostileActs = {
  "runs ahead with the used index": (queue) => queue.writeUsedIndex(queue.latestUsed + 0x4000),
  "goes back with the used index": (queue) => queue.writeUsedIndex(queue.latestUsed - 1),
  "uses a head that is no descriptor": (queue) => useNext(queue, queue.size, 1),
  "uses the largest head there is": (queue) => useNext(queue, largest, largest),
  "uses a chain with the largest length there is": (queue) => {
    const chain = queue.take();
    if (chain !== undefined) queue.give(chain.head, largest);
  },
  "uses a chain twice": (queue) => {
    const chain = queue.take();
    if (chain === undefined) return;
    queue.give(chain.head, 1);
    queue.give(chain.head, 1);
  },
  "uses descriptors that nobody made available": (queue, _memory, random) =>
    useNext(queue, random.below(queue.size), 1),
  "writes over the descriptors": (queue, memory, random) =>
    scribble(memory, queue.addresses.descriptors, queue.size * 16, random),
  "writes over the available ring": (queue, memory, random) =>
    scribble(memory, queue.addresses.available, 6 + queue.size * 2, random),
  "writes over the used ring": (queue, memory, random) =>
    scribble(memory, queue.addresses.used, 6 + queue.size * 8, random),
} as const satisfies Record<string, HostileAct>;

function useNext(queue: DeviceQueue, head: number, written: number): void {
  queue.writeUsed(head, written);
  queue.writeUsedIndex(queue.latestUsed + 1);
}

function scribble(memory: DataView, start: number, length: number, random: SeededRandom): void {
  new Uint8Array(memory.buffer, start, length).set(random.bytes(length));
}
