/** Types of what programs for Tsuki have besides the web's interfaces: `"types": ["tsuki/types"]`. */

/** What a handler gets besides the request. */
interface ExecutionContext {
  readonly props: object;
  /** Keeps a stopping instance alive until a promise has settled; a rejection is logged. */
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** What a service exports as its default: `export default { fetch } satisfies ExportedHandler`. */
interface ExportedHandler<Environment = Record<string, string>> {
  fetch(
    request: Request,
    environment: Environment,
    context: ExecutionContext,
  ): Response | Promise<Response>;
}

/** The event that `addEventListener("fetch", ...)` receives. */
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Response | Promise<Response>): void;
  waitUntil(promise: Promise<unknown>): void;
}

declare module "tsuki:http" {
  /** The server's side of a WebSocket. */
  export interface ServerWebSocket extends EventTarget {
    binaryType: "arraybuffer" | "blob";
    readonly protocol: string;
    readonly url: string;
    readonly readyState: number;
    onopen: ((event: Event) => void) | null;
    onmessage: ((event: Event & { readonly data: unknown }) => void) | null;
    onerror:
      | ((event: Event & { readonly error: unknown; readonly message: string }) => void)
      | null;
    onclose:
      | ((
          event: Event & {
            readonly code: number;
            readonly reason: string;
            readonly wasClean: boolean;
          },
        ) => void)
      | null;
    send(data: string | ArrayBuffer | ArrayBufferView | Blob): void;
    close(code?: number, reason?: string): void;
  }

  /** What an upgrade gives: the socket, and the response that the handler must return. */
  export interface UpgradedWebSocket {
    readonly socket: ServerWebSocket;
    readonly response: Response;
  }

  /** Takes a request's connection over; throws a TypeError if it does not ask for a WebSocket. */
  export function upgradeWebSocket(
    request: Request,
    options?: { protocol?: string },
  ): UpgradedWebSocket;

  /** Where a server listens; without a port it is PORT's, or 8080. */
  export interface ServeOptions {
    readonly port?: number;
    readonly hostname?: string;
  }

  /** A server that listens. */
  export interface HttpServer {
    readonly port: number;
    readonly hostname: string;
    /** Accepts no more connections; the requests at hand are answered. */
    close(): void;
  }

  /** Answers requests with a function's responses, besides what the program exports. */
  export function serve(
    handler: (request: Request) => Response | Promise<Response>,
    options?: ServeOptions,
  ): HttpServer;
}

declare module "tsuki:net" {
  /** One connection; reading and writing wait by themselves. */
  export interface TcpConnection {
    readonly isClosed: boolean;
    /** Local and remote address, each `address:port`. */
    readonly addresses: readonly string[];
    /** The next bytes; undefined: the other side has ended. */
    read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
    /** Resolves once there is room for more. */
    write(data: Uint8Array | string): Promise<void>;
    /** Says that nothing more will be written. */
    shutdown(): void;
    close(): void;
  }

  /** Accepts TCP connections, one for each turn of a loop over it. */
  export interface TcpListener extends AsyncIterable<TcpConnection> {
    /** The port on which it listens. */
    readonly port: number;
    accept(): Promise<TcpConnection | undefined>;
    close(): void;
  }

  /** A datagram and who sent it. */
  export interface Datagram {
    readonly data: Uint8Array<ArrayBuffer>;
    readonly host: string;
    readonly port: number;
  }

  /** A UDP socket. */
  export interface UdpSocket extends AsyncIterable<Datagram> {
    /** The port to which it is bound. */
    readonly port: number;
    /** Resolves once the datagram is sent. */
    send(data: Uint8Array | string, port: number, host: string): Promise<void>;
    receive(): Promise<Datagram | undefined>;
    close(): void;
  }

  /** Connects by TCP. */
  export function connect(host: string, port: number): Promise<TcpConnection>;
  /** Listens for TCP connections. */
  export function listen(port: number, address?: string): TcpListener;
  /** Binds a UDP socket; port 0: any. */
  export function bind(port?: number, address?: string): UdpSocket;
}

declare module "tsuki:files" {
  /** What a path leads to. */
  export interface FileStatus {
    readonly isDirectory: boolean;
    readonly size: number;
    /** Milliseconds since 1970. */
    readonly modified: number;
  }

  export function readFile(path: string): Uint8Array<ArrayBuffer>;
  export function readText(path: string): string;
  export function writeFile(path: string, data: string | ArrayBuffer | ArrayBufferView): void;
  export function appendFile(path: string, data: string | ArrayBuffer | ArrayBufferView): void;
  /** The names in a directory; those of directories end in a slash. */
  export function list(path: string): string[];
  export function status(path: string): FileStatus;
  /** Removes a file or an empty directory. */
  export function remove(path: string): void;
  export function makeDirectory(path: string): void;
  /** Renames; what has the new name already is replaced. */
  export function rename(path: string, newPath: string): void;
}

declare module "tsuki:instance" {
  /** What the image is and where it runs. */
  export interface Facts {
    readonly platform: "linux" | "node" | "pc" | "solo5";
    readonly [name: string]: unknown;
  }

  export function facts(): Facts;
  /** The variables by name. */
  export function environment(): Record<string, string>;
  /** Ends the instance with a status. */
  export function exit(status?: number): never;
  /** Milliseconds since the instance's start. */
  export function uptime(): number;
  /** The arguments of the program, without its name. */
  function programArguments(): string[];

  export { programArguments as arguments };
}
