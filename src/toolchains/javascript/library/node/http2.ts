/** Node's http2: there is none, but libraries ask whether a request is one of its. */

/** What no request here is an instance of. */
export class Http2ServerRequest {
  readonly httpVersion = "2.0";
}

/** What no response here is an instance of. */
export class Http2ServerResponse {
  readonly httpVersion = "2.0";
}

export const constants = { NGHTTP2_NO_ERROR: 0, NGHTTP2_CANCEL: 8 };

/** Throws: servers speak HTTP/1.1. */
export function createServer(): never {
  throw new Error("HTTP/2 is not supported; use node:http");
}

export const createSecureServer = createServer;
const whole = {
  Http2ServerRequest,
  Http2ServerResponse,
  constants,
  createServer,
  createSecureServer,
};

export { whole as default };
