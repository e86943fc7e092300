/** Servers: listeners of the kernel and what answers their requests. */
import { onInstance, onRequest } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { checked } from "../instance/system-error.ts";
import { answer, type Answerer } from "./answer.ts";
import { stopWhenDone } from "./work.ts";

const answerers = new Map<number, Answerer>();
let onlyAnswerer: Answerer | undefined;

onRequest((handle, listener) => {
  const answerer = onlyAnswerer ?? answerers.get(listener);
  if (answerer === undefined) engine.httpAbort(handle);
  else answer(handle, answerer);
});

onInstance({ shutdown: drain });

/** Listens for HTTP; throws a SystemError. */
export function listen(address: string, port: number, answerer: Answerer): number {
  const listener = checked(engine.httpListen(address, port), "listen", `${address}:${port}`);
  answerers.set(listener, answerer);
  chooseOnly();
  return listener;
}

/** Whether there is a server at all. */
export function hasServers(): boolean {
  return answerers.size > 0;
}

/** Accepts no more connections; the requests at hand go on. */
export function closeListener(listener: number): void {
  engine.httpClose(listener);
}

/** Ends the instance once every request is answered. */
export function drain(): void {
  for (const listener of answerers.keys()) engine.httpClose(listener);
  stopWhenDone();
}

/** With one server only, nobody needs to look for it. */
function chooseOnly(): void {
  const [only] = answerers.values();
  onlyAnswerer = answerers.size === 1 ? only : undefined;
}
