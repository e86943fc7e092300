/**
 * The engine interface: what JavaScript in an image asks of the kernel, and what the kernel calls
 * in JavaScript. The kernel's glue (src/kernel/engine) implements it over the JavaScript engine,
 * the toolchain's pre-initialisation implements it in V8. In `tsuki dev` it is the kernel's, too.
 *
 * In JavaScript the functions are properties of one hidden object. Text is a string, bytes are an
 * ArrayBuffer, times are milliseconds, handles are small integers. A function that fails returns a
 * negative WASI error number; nothing throws.
 */
interface EngineFunction {
  /** Parameters as TypeScript would write them. */
  readonly parameters: string;
  readonly result: string;
  /** Whether it may be called during pre-initialisation without consequences for the image. */
  readonly pure: boolean;
}

function define(parameters: string, result: string, pure = false): EngineFunction {
  return { parameters, result, pure };
}

/** Functions that JavaScript calls, in the order of their numbers. */
export const engineFunctions = {
  // The instance.
  /** Writes text as it is, without a line end of its own. */
  log: define("stream: 1 | 2, text: string", "void", true),
  exit: define("status: number", "void"),
  monotonicTime: define("", "number"),
  wallTime: define("", "number"),
  random: define("length: number", "ArrayBuffer"),
  /** Calls `onDeadline` once at this monotonic time; Infinity cancels. */
  setDeadline: define("time: number", "void"),
  arguments: define("", "string[]"),
  environment: define("", "string[]"), // NAME=value
  /** What the image is and where it runs, as JSON. */
  facts: define("", "string"),

  // HTTP server: `onRequest(request)` announces a request whose head is complete.
  httpListen: define("address: string, port: number", "number"), // listener
  httpLocalPort: define("listener: number", "number"),
  httpClose: define("listener: number", "void"), // accepts no more; requests in hand go on
  httpMethod: define("request: number", "string"),
  httpTarget: define("request: number", "string"),
  /** Names in lower case and values alternate, in the order of arrival. */
  httpHeaders: define("request: number", "string[]"),
  httpPeer: define("request: number", "string"), // address:port
  /** The next bytes of the body; null: none yet, `onReadable` follows; undefined: it has ended. */
  httpRead: define("request: number", "ArrayBuffer | null | undefined"),
  /**
   * Sends the head, and the whole body if `body` is given; otherwise `httpWrite` and `httpEnd` send
   * it. Names and values alternate. The kernel frames the body and adds Date and Connection.
   */
  httpRespond: define(
    "request: number, status: number, reason: string, headers: string[], body?: string | ArrayBuffer",
    "number",
  ),
  /** 0: written; 1: written, but wait for `onWritable` before more. */
  httpWrite: define("request: number, chunk: string | ArrayBuffer", "number"),
  httpEnd: define("request: number", "void"),
  httpAbort: define("request: number", "void"),
  /** Answers 101 with these headers and hands the connection over as a stream. */
  httpUpgrade: define("request: number, headers: string[]", "number"), // stream

  // Streams: TCP connections. `onConnected`, `onReadable`, `onWritable`, `onClosed` follow.
  tcpConnect: define("host: string, port: number", "number"), // stream
  tcpListen: define("address: string, port: number", "number"), // listener, `onConnection`
  tcpAccept: define("listener: number", "number"), // stream
  streamRead: define("stream: number", "ArrayBuffer | null | undefined"),
  streamWrite: define("stream: number, chunk: string | ArrayBuffer", "number"), // as httpWrite
  streamShutdown: define("stream: number", "void"),
  streamClose: define("stream: number", "void"),
  streamAddresses: define("handle: number", "string[]"), // local, and of a stream its peer's

  // Datagrams: `onReadable` follows; behind EAGAIN of sending, `onWritable`.
  udpBind: define("address: string, port: number", "number"), // socket
  /** 0: sent; a handle: `onConnected` follows once the host's address is known and it was sent. */
  udpSend: define("socket: number, host: string, port: number, data: ArrayBuffer", "number"),
  udpReceive: define("socket: number", "[ArrayBuffer, string] | null"),
  udpClose: define("socket: number", "void"),

  // Files, whole ones: reading the embedded tree, the memory file system and mounts.
  fileRead: define("path: string", "ArrayBuffer | number"),
  fileWrite: define("path: string, data: string | ArrayBuffer, append: boolean", "number"),
  fileList: define("path: string", "string[] | number"), // directories end in /
  fileStatus: define("path: string", "number[] | number"), // kind, size, modified
  fileRemove: define("path: string", "number"),
  fileMakeDirectory: define("path: string", "number"),
  /** What has the new name already is replaced. */
  fileRename: define("path: string, newPath: string", "number"),
} as const satisfies Record<string, EngineFunction>;

/** The name of a function that JavaScript calls. */
export type EngineFunctionName = keyof typeof engineFunctions;

/** Events that the kernel delivers to JavaScript, by number, each with a handle and a value. */
export const engineEvents = {
  start: 0, // once, before all others: environment and clock are the instance's from here on
  deadline: 1,
  request: 2, // handle: request
  readable: 3, // handle: request, stream or socket
  writable: 4,
  closed: 5, // handle: request or stream; value: 0 or an error number
  connected: 6, // handle: stream, or udpSend's; value: 0 or an error number
  connection: 7, // handle: listener
  shutdown: 8, // asked to stop
  idle: 9, // nothing is pending: exit(status) or start something; otherwise the instance exits with 0
} as const;

/** The name of one event. */
export type EngineEventName = keyof typeof engineEvents;

/** Global property through which JavaScript finds the functions and announces its dispatcher. */
export const engineGlobal = "__tsuki";

/** What that object holds besides the functions. The library sets the first three. */
export const engineProperties = {
  /** (event: number, handle: number, value: number) => void: receives the events. */
  dispatch: "dispatch",
  /**
   * (exports: object) => void: called once, after `start` and after the program was evaluated, with
   * the program module's exports. Not called during pre-initialisation.
   */
  main: "main",
  /**
   * (error: unknown, promise: Promise | undefined) => boolean: an error that nobody caught, or a
   * rejection that nobody handled. Unless it returns true, the instance prints it and exits with 1.
   */
  unhandled: "unhandled",
  /**
   * The namespaces of the library's own modules by their path below `library/`, without `.ts`. The
   * library is evaluated once, before any program; `node/` and `tsuki/` are bundled into programs
   * that import them, and their imports of other library modules are taken from here.
   */
  modules: "modules",
  /** The program's exports, if it was evaluated during pre-initialisation. */
  exports: "exports",
  /** The program's bytecode, if it is evaluated at start. */
  program: "program",
  /** Where the bundle's lines come from (toolchains/javascript/line-map.ts). */
  lines: "lines",
  /** What `log` was given during pre-initialisation, written again at every start. */
  output: "output",
} as const;

/** The bundle's file name in stack traces; `log` replaces it and the line by the source's. */
export const bundleName = "tsuki:bundle";
