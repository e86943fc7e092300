/** Has a handler answer a request, whatever comes of it. */
import { console } from "../console/console.ts";
import { engine } from "../engine.ts";
import { type Request, requestOf } from "../fetch/request.ts";
import { Response } from "../fetch/response.ts";
import { Incoming } from "./incoming.ts";
import { respond } from "./respond.ts";
import { finishWork, startWork } from "./work.ts";

/** What answers requests: with a Response, or with a promise of one. */
export type Answerer = (request: Request) => unknown;

const failureText = "Internal Server Error";
const failureHeaders = ["content-type", "text/plain;charset=UTF-8"];

/** Answers one request; the instance lives on if the handler fails. */
export function answer(handle: number, answerer: Answerer): void {
  const incoming = new Incoming(handle);
  startWork();
  try {
    const result = answerer(requestOf(incoming));
    // Most handlers give a whole Response at once, for which no promise is needed.
    const pending =
      result instanceof Response ? respond(incoming, result) : settle(incoming, result);
    if (pending === undefined) finishWork();
    else void pending.catch((error: unknown) => fail(incoming, error)).finally(finishWork);
  } catch (error) {
    fail(incoming, error);
    finishWork();
  }
}

async function settle(incoming: Incoming, result: unknown): Promise<void> {
  const response = await result;
  if (!(response instanceof Response)) {
    throw new TypeError(`The handler of ${incoming.method} ${incoming.url} gave no Response`);
  }
  await respond(incoming, response);
}

function fail(incoming: Incoming, error: unknown): void {
  console.error(error);
  if (incoming.isGone || incoming.isAnswered) return;
  incoming.isAnswered = true;
  engine.httpRespond(incoming.handle, 500, failureText, failureHeaders, failureText);
  incoming.finish();
}
