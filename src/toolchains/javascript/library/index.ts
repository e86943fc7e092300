/** Gives the global object the web's interfaces. */
import { Blob, File } from "./blob/blob.ts";
import { FormData } from "./blob/form-data.ts";
import { structuredClone } from "./clone/structured-clone.ts";
import { console } from "./console/console.ts";
import { Crypto, crypto } from "./crypto/crypto.ts";
import { CryptoKey, SubtleCrypto } from "./crypto/subtle.ts";
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
import { fetch } from "./fetch/client/fetch.ts";
import { Headers } from "./fetch/headers.ts";
import { Request } from "./fetch/request.ts";
import { Response } from "./fetch/response.ts";
import { defineGlobalHandlers, globalTargetFunctions } from "./instance/global-target.ts";
import { Navigator, navigator } from "./instance/navigator.ts";
import { Performance, performance } from "./instance/performance.ts";
import { reportError } from "./instance/unhandled.ts";
import * as streams from "./streams/streams.ts";
import { TextDecoder } from "./text/text-decoder.ts";
import { TextEncoder } from "./text/text-encoder.ts";
import { TextDecoderStream, TextEncoderStream } from "./text/text-streams.ts";
import { clearTimer, setImmediate, setInterval, setTimeout } from "./timers/timers.ts";
import { URL } from "./url/url.ts";
import { URLSearchParams } from "./url/url-search-params.ts";
import { WebSocket } from "./websocket/web-socket.ts";
import "./server/main.ts";

const globals: Readonly<Record<string, unknown>> = {
  ...streams,
  ...globalTargetFunctions,
  AbortController,
  AbortSignal,
  Blob,
  CloseEvent,
  Crypto,
  CryptoKey,
  CustomEvent,
  ErrorEvent,
  Event,
  EventTarget,
  File,
  FormData,
  Headers,
  MessageEvent,
  Navigator,
  Performance,
  PromiseRejectionEvent,
  Request,
  Response,
  SubtleCrypto,
  TextDecoder,
  TextDecoderStream,
  TextEncoder,
  TextEncoderStream,
  URL,
  URLSearchParams,
  WebSocket,
  clearImmediate: clearTimer,
  clearInterval: clearTimer,
  clearTimeout: clearTimer,
  console,
  crypto,
  fetch,
  global: globalThis,
  navigator,
  performance,
  reportError,
  self: globalThis,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

defineGlobalHandlers();
