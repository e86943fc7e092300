import { suite } from "../cases.fixture.ts";

async function all<Value>(stream: ReadableStream<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

/** Streams: the parts that a wrong build or engine would break. */
export const cases = suite({
  from: async () => await all(ReadableStream.from([1, 2, 3])),
  "pull and back-pressure": async () => {
    const pulls: number[] = [];
    let next = 0;
    const stream = new ReadableStream<number>(
      {
        pull(controller) {
          pulls.push(next);
          if (next === 3) controller.close();
          else controller.enqueue(next++);
        },
      },
      { highWaterMark: 1 },
    );
    await Promise.resolve();
    return [pulls.length, await all(stream), pulls];
  },
  tee: async () => await Promise.all(ReadableStream.from(["a", "b"]).tee().map(all)),
  transform: async () =>
    await all(
      ReadableStream.from([1, 2]).pipeThrough(
        new TransformStream<number, number>({
          transform: (value, controller) => {
            controller.enqueue(value);
            controller.enqueue(value * 10);
          },
          flush: (controller) => controller.enqueue(99),
        }),
      ),
    ),
  pipe: async () => {
    const written: number[] = [];
    await ReadableStream.from([1, 2]).pipeTo(
      new WritableStream({
        write: (value: number) => void written.push(value),
        close: () => void written.push(0),
      }),
    );
    return written;
  },
  "pipe aborted": async () => {
    const controller = new AbortController();
    controller.abort(new RangeError("stop"));
    await ReadableStream.from([1]).pipeTo(new WritableStream(), { signal: controller.signal });
  },
  errors: async () =>
    await all(
      new ReadableStream({ start: (controller) => controller.error(new RangeError("bad")) }),
    ),
  cancel: async () => {
    const reasons: unknown[] = [];
    const stream = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
    await stream.cancel("why");
    return [reasons, stream.locked];
  },
  "bytes into one's own buffer": async () => {
    const stream = new ReadableStream({
      type: "bytes",
      start: (controller) => controller.enqueue(Uint8Array.of(1, 2, 3, 4)),
    });
    const reader = stream.getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(3));
    return [[...(first.value ?? [])], stream.locked];
  },
  strategies: () => [
    new CountQueuingStrategy({ highWaterMark: 2 }).size(undefined),
    new ByteLengthQueuingStrategy({ highWaterMark: 2 }).size(new Uint8Array(5)),
  ],
  "leaving a loop cancels": async () => {
    let isCanceled = false;
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(1),
      cancel: () => void (isCanceled = true),
    });
    for await (const _ of stream) break;
    return isCanceled;
  },
});
