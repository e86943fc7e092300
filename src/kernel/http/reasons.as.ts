// The reason phrases of the statuses (RFC 9110, 15).
import { text } from "../base/text.as";

/** `text("...")` for a status; empty for one that has no name. */
export function reasonOf(status: u32): usize {
  if (status < 300) return successReason(status);
  if (status < 400) return redirectionReason(status);
  return status < 500 ? requestReason(status) : serverReason(status);
}

function successReason(status: u32): usize {
  switch (status) {
    case 100: return text("Continue");
    case 101: return text("Switching Protocols");
    case 200: return text("OK");
    case 201: return text("Created");
    case 202: return text("Accepted");
    case 204: return text("No Content");
    case 206: return text("Partial Content");
    default: return text("");
  }
}

function redirectionReason(status: u32): usize {
  switch (status) {
    case 301: return text("Moved Permanently");
    case 302: return text("Found");
    case 303: return text("See Other");
    case 304: return text("Not Modified");
    case 307: return text("Temporary Redirect");
    case 308: return text("Permanent Redirect");
    default: return text("");
  }
}

function requestReason(status: u32): usize {
  switch (status) {
    case 400: return text("Bad Request");
    case 401: return text("Unauthorized");
    case 403: return text("Forbidden");
    case 404: return text("Not Found");
    case 405: return text("Method Not Allowed");
    case 406: return text("Not Acceptable");
    case 408: return text("Request Timeout");
    case 409: return text("Conflict");
    case 410: return text("Gone");
    case 412: return text("Precondition Failed");
    case 413: return text("Content Too Large");
    case 414: return text("URI Too Long");
    case 415: return text("Unsupported Media Type");
    case 416: return text("Range Not Satisfiable");
    case 417: return text("Expectation Failed");
    case 422: return text("Unprocessable Content");
    case 426: return text("Upgrade Required");
    case 429: return text("Too Many Requests");
    case 431: return text("Request Header Fields Too Large");
    default: return text("");
  }
}

function serverReason(status: u32): usize {
  switch (status) {
    case 500: return text("Internal Server Error");
    case 501: return text("Not Implemented");
    case 502: return text("Bad Gateway");
    case 503: return text("Service Unavailable");
    case 504: return text("Gateway Timeout");
    case 505: return text("HTTP Version Not Supported");
    default: return text("");
  }
}
