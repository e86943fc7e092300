// A request while it arrives: where its parts lie in the connection's buffer, and how far it is
// read.
//
// The buffer holds the bytes of the head, which stay until the request is answered, then those of
// the body that nobody has taken yet. From the buffer's end down lies the table of the header
// fields.

/** Events: nothing more to say before more bytes come. */
export const needMore: u32 = 0;
/** The head is complete. */
export const headComplete: u32 = 1;
/** Bytes of the body: `bodyStart`, `bodyLength`. */
export const bodyBytes: u32 = 2;
/** The request is complete. */
export const requestComplete: u32 = 3;
/** The request cannot be understood: answer `status`, then close. */
export const requestFailed: u32 = 4;

/** Header fields of one request, at most. */
export const headerLimit: u32 = 100;

/** Bytes of one entry in the table of fields: u16 name, its length, value, its length. */
const headerEntryBytes: u32 = 8;

/** Bytes of a request line, at most (RFC 9112, 3: at least 8,000 are recommended). */
export const requestLineLimit: u32 = 8192;

/** Bytes of a head, at most. */
export const headLimit: u32 = 12_288;

/** Flag: HTTP/1.0. */
export const oldVersion: u32 = 1;
/** Flag: the client wants the connection closed behind this request. */
export const wantsClose: u32 = 2;
/** Flag: an HTTP/1.0 client wants to keep the connection. */
export const wantsKeepAlive: u32 = 4;
/** Flag: the client waits for 100 (Continue) before it sends the body (RFC 9110, 10.1.1). */
export const expectsContinue: u32 = 8;
/** Flag: the body comes in chunks. */
export const isChunked: u32 = 16;
/** Flag: there is a Content-Length. */
export const hasLength: u32 = 32;
/** Flag: there is a Host. */
export const hasHost: u32 = 64;
/** Flag: HEAD. */
export const isHead: u32 = 128;
/** Flag: the target names its own host. */
export const hasAuthority: u32 = 256;
/** Flag: the connection may be handed over to another protocol. */
export const wantsUpgrade: u32 = 512;

/** Phases: which byte comes next. Those from `chunkSize` to `lastLineFeed` are a chunked body's. */
export const requestLinePhase: u32 = 0;
/** A header field, or the empty line. */
export const headerPhase: u32 = 1;
/** A body of known length. */
export const lengthPhase: u32 = 2;
/** The first digit of a chunk's size. */
export const chunkSizeStart: u32 = 3;
/** A further digit. */
export const chunkSize: u32 = 4;
/** A chunk's extension. */
export const chunkExtension: u32 = 5;
/** The line feed behind a chunk's size. */
export const chunkSizeLineFeed: u32 = 6;
/** A chunk's data. */
export const chunkData: u32 = 7;
/** The carriage return behind them. */
export const chunkDataReturn: u32 = 8;
/** The line feed behind that. */
export const chunkDataLineFeed: u32 = 9;
/** A trailer field's first byte, or the empty line. */
export const trailerStart: u32 = 10;
/** A trailer field's name. */
export const trailerName: u32 = 11;
/** A trailer field's value. */
export const trailerValue: u32 = 12;
/** The line feed behind it. */
export const trailerLineFeed: u32 = 13;
/** The very last line feed. */
export const lastLineFeed: u32 = 14;
/** Nothing: the request is complete. */
export const donePhase: u32 = 15;
/** Nothing: the request was refused. */
export const failedPhase: u32 = 16;

/** The state of a request; all zero but `buffer` and `size` at the start. */
@unmanaged
export class Request {
  buffer: usize;
  /** Bytes of the buffer, the table of fields included. */
  size: u32;
  /** Bytes received. */
  filled: u32;
  /** Bytes read; in the head, the beginning of the line that is read. */
  cursor: u32;
  /** No line ends before. */
  searched: u32;
  phase: u32;
  flags: u32;
  /** The status of a refusal. */
  status: u32;
  headEnd: u32;
  headerCount: u32;
  methodStart: u32;
  methodLength: u32;
  targetStart: u32;
  targetLength: u32;
  authorityStart: u32;
  authorityLength: u32;
  bodyStart: u32;
  bodyLength: u32;
  /** Bytes of a chunk's size line, or of the trailer section. */
  lineBytes: u32;
  /** Empty lines before the request. */
  emptyLines: u32;
  /** Bytes of the body, or of the chunk, that are still to come. */
  bodyLeft: u64;
  /** Bytes of the body that have come. */
  bodyTotal: u64;
}

/** Makes it a fresh request in the same buffer, from the bytes behind the one that is complete. */
export function nextRequest(request: Request): void {
  const buffer = request.buffer;
  const size = request.size;
  const left = request.filled - request.cursor;
  if (left != 0) memory.copy(buffer, buffer + request.cursor, left);
  memory.fill(changetype<usize>(request), 0, offsetof<Request>());
  request.buffer = buffer;
  request.size = size;
  request.filled = left;
}

/** Bytes for which the buffer has room. */
export function roomOf(request: Request): u32 {
  return request.size - headerLimit * headerEntryBytes - request.filled;
}

/** Where the entry of a header field lies in the table. */
@inline
export function headerEntry(request: Request, index: u32): usize {
  return request.buffer + request.size - (index + 1) * headerEntryBytes;
}

/** Moves a request into a larger buffer. */
export function moveRequest(request: Request, buffer: usize, size: u32): void {
  const tableBytes = request.headerCount * headerEntryBytes;
  memory.copy(buffer, request.buffer, request.filled);
  memory.copy(
    buffer + size - tableBytes, request.buffer + request.size - tableBytes, tableBytes,
  );
  request.buffer = buffer;
  request.size = size;
}

/** Makes room behind the head: bytes of the body that were taken are dropped. */
export function dropTakenBody(request: Request): void {
  const taken = request.cursor - request.headEnd;
  if (taken == 0) return;
  const start = request.buffer + request.headEnd;
  const left = request.filled - request.cursor;
  if (left != 0) memory.copy(start, start + taken, left);
  request.cursor = request.headEnd;
  request.filled = request.headEnd + left;
}
