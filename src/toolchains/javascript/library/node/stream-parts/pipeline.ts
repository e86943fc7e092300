/** Node's pipeline and finished. */
import type { Readable } from "./readable.ts";
import type { Stream } from "./stream.ts";

type Callback = (error?: Error | null) => void;

/** Calls back once a stream has ended, well or not. Gives a function that takes this back. */
export function finished(stream: Stream, optionsOrCallback: unknown, given?: Callback): () => void {
  const callback = (
    typeof optionsOrCallback === "function" ? optionsOrCallback : given
  ) as Callback;
  const events = { end: check, finish: check, close: closed, error: failed };
  function stop(): void {
    for (const [name, listener] of Object.entries(events)) stream.off(name, listener);
  }
  function done(error?: Error): void {
    stop();
    callback(error);
  }
  function failed(error: unknown): void {
    done(error as Error);
  }
  function check(): void {
    if (isDone(stream)) done();
  }
  function closed(): void {
    if (isDone(stream)) done();
    else done(Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));
  }
  for (const [name, listener] of Object.entries(events)) stream.on(name, listener);
  if (stream.closed) queueMicrotask(closed);
  return stop;
}

function isDone(stream: Stream): boolean {
  const { readableEnded, writableFinished } = stream as {
    readableEnded?: boolean;
    writableFinished?: boolean;
  };
  return readableEnded !== false && writableFinished !== false;
}

/** Pipes each stream into the next, ends all of them if one fails, and calls back. */
export function pipeline(...values: unknown[]): unknown {
  const callback =
    typeof values.at(-1) === "function" ? (values.pop() as Callback) : (): void => undefined;
  const streams = (Array.isArray(values[0]) ? values[0] : values) as (Readable & {
    write: never;
    end: never;
  })[];
  const last = streams.at(-1);
  let isOver = false;
  const over = (error?: Error | null): void => {
    if (isOver) return;
    isOver = true;
    if (error !== undefined && error !== null) for (const stream of streams) stream.destroy(error);
    callback(error);
  };
  streams.forEach((stream, index) => {
    stream.on("error", (error) => over(error as Error));
    const next = streams[index + 1];
    if (next !== undefined) stream.pipe(next);
  });
  if (last !== undefined) finished(last, over);
  return last;
}

/** The same with promises. */
export const promises = {
  async pipeline(...streams: unknown[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      pipeline(...streams, (error?: Error | null) =>
        error === undefined || error === null ? resolve() : reject(error),
      );
    });
  },
  async finished(stream: Stream): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      finished(stream, (error?: Error | null) =>
        error === undefined || error === null ? resolve() : reject(error),
      );
    });
  },
};
