/** Gives the global object the web's interfaces. */
import { Blob, File } from "./blob/blob.ts";
import { FormData } from "./blob/form-data.ts";
import { console } from "./console/console.ts";
import { AbortController, AbortSignal } from "./events/abort.ts";
import { Event } from "./events/event.ts";
import { EventTarget } from "./events/event-target.ts";
import {
  CloseEvent,
  CustomEvent,
  ErrorEvent,
  MessageEvent,
  PromiseRejectionEvent,
} from "./events/more-events.ts";
import { Headers } from "./fetch/headers.ts";
import { Request } from "./fetch/request.ts";
import { Response } from "./fetch/response.ts";
import { globalTargetFunctions } from "./instance/global-target.ts";
import { performance } from "./instance/performance.ts";
import { reportError } from "./instance/unhandled.ts";
import * as streams from "./streams/streams.ts";
import { TextDecoder } from "./text/text-decoder.ts";
import { TextEncoder } from "./text/text-encoder.ts";
import { TextDecoderStream, TextEncoderStream } from "./text/text-streams.ts";
import { clearTimer, setImmediate, setInterval, setTimeout } from "./timers/timers.ts";
import { URL } from "./url/url.ts";
import { URLSearchParams } from "./url/url-search-params.ts";
import "./server/main.ts";

const globals: Readonly<Record<string, unknown>> = {
  ...streams,
  ...globalTargetFunctions,
  AbortController,
  AbortSignal,
  Blob,
  CloseEvent,
  CustomEvent,
  ErrorEvent,
  Event,
  EventTarget,
  File,
  FormData,
  Headers,
  MessageEvent,
  PromiseRejectionEvent,
  Request,
  Response,
  TextDecoder,
  TextDecoderStream,
  TextEncoder,
  TextEncoderStream,
  URL,
  URLSearchParams,
  clearImmediate: clearTimer,
  clearInterval: clearTimer,
  clearTimeout: clearTimer,
  console,
  performance,
  reportError,
  self: globalThis,
  setImmediate,
  setInterval,
  setTimeout,
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
