/** Servers: listeners of the kernel and what takes their requests. */
import { onInstance, onRequest } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { checked } from "../instance/system-error.ts";
import { stopWhenDone } from "./work.ts";

/** Takes a request by its handle. */
export type RequestTaker = (handle: number) => void;

const takers = new Map<number, RequestTaker>();
let onlyTaker: RequestTaker | undefined;
let isDefaultDrain = true;

onRequest((handle, listener) => {
  const taker = onlyTaker ?? takers.get(listener);
  if (taker === undefined) engine.httpAbort(handle);
  else taker(handle);
});

onInstance({
  shutdown() {
    if (isDefaultDrain) drain();
  },
});

/** Leaves it to the caller to `drain` when the instance is asked to stop. */
export function takeOverShutdown(): void {
  isDefaultDrain = false;
}

/** Listens for HTTP; throws a SystemError. */
export function listen(address: string, port: number, taker: RequestTaker): number {
  const listener = checked(engine.httpListen(address, port), "listen", `${address}:${port}`);
  takers.set(listener, taker);
  chooseOnly();
  return listener;
}

/** Whether there is a server at all. */
export function hasServers(): boolean {
  return takers.size > 0;
}

/** Accepts no more connections; the requests at hand go on. */
export function closeListener(listener: number): void {
  if (!takers.delete(listener)) return;
  chooseOnly();
  engine.httpClose(listener);
}

/** Ends the instance once every request is answered. */
export function drain(): void {
  for (const listener of takers.keys()) engine.httpClose(listener);
  stopWhenDone();
}

/** With one server only, nobody needs to look for it. */
function chooseOnly(): void {
  const [only] = takers.values();
  onlyTaker = takers.size === 1 ? only : undefined;
}
