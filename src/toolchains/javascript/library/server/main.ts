/** Starts what a program exports: `export default { fetch }`, or a listener of `fetch` events. */
import { engine } from "../engine.ts";
import { Event } from "../events/event.ts";
import type { Request } from "../fetch/request.ts";
import { environment } from "../instance/environment.ts";
import { globalTarget, hasListeners } from "../instance/global-target.ts";
import { SystemError } from "../instance/system-error.ts";
import { type Answerer, answer } from "./answer.ts";
import { ExecutionContext } from "./context.ts";
import { listen } from "./listen.ts";

const usualPort = 8080;
/** Status of an instance that cannot have what it was told to have. */
const startFailure = 125;
const everyAddress = "0.0.0.0";

engine.main = (exports) => {
  const answerer = answererOf(exports);
  if (answerer !== undefined) start(answerer);
};

function answererOf(exports: object): Answerer | undefined {
  const service: unknown = Reflect.get(exports, "default");
  if ((typeof service === "object" && service !== null) || typeof service === "function") {
    const handler: unknown = Reflect.get(service, "fetch");
    if (typeof handler === "function") return (request) => callFetch(service, handler, request);
    if (!hasListeners("fetch")) {
      return refuse("the default export has no fetch: export default { fetch(request) { ... } }");
    }
  }
  return hasListeners("fetch") ? dispatchFetch : undefined;
}

function callFetch(service: object, handler: Function, request: Request): unknown {
  return Reflect.apply(handler, service, [request, environment(), new ExecutionContext()]);
}

/** Service Workers, 4.6: a request as an event. */
class FetchEvent extends Event {
  readonly request: Request;
  readonly #context = new ExecutionContext();
  #response: unknown;

  constructor(request: Request) {
    super("fetch", { cancelable: true });
    this.request = request;
  }

  get response(): unknown {
    return this.#response;
  }

  respondWith(response: unknown): void {
    if (this.#response !== undefined) {
      throw new DOMException("The event has a response already", "InvalidStateError");
    }
    this.#response = response;
    this.stopImmediatePropagation();
  }

  waitUntil(promise: unknown): void {
    this.#context.waitUntil(promise);
  }
}

function dispatchFetch(request: Request): unknown {
  const event = new FetchEvent(request);
  globalTarget.dispatchEvent(event);
  return event.response;
}

function start(answerer: Answerer): void {
  const { PORT, HOST } = environment();
  const port = Number(PORT ?? usualPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return refuse(`PORT is ${PORT}, which is no port`, startFailure);
  }
  try {
    listen(HOST ?? everyAddress, port, (handle) => answer(handle, answerer));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const others = `publish another port of the host (-p 8081:${port}), or set PORT`;
    const hint = error.code === "EADDRINUSE" ? `; ${others}` : "";
    refuse(`cannot listen on port ${port}: ${error.message}${hint}`, startFailure);
  }
}

function refuse(message: string, status = 1): undefined {
  engine.log(2, `tsuki: ${message}\n`);
  engine.exit(status);
  return undefined;
}
