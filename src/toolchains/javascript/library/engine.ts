/** The functions and events of the engine interface, typed for the library. */
import type {
  EngineEventName,
  EngineFunctionName,
  engineEvents,
} from "../../../contracts/engine-interface.ts";

/** What a body or stream reads: bytes; null: none yet; undefined: the end. */
export type Chunk = ArrayBuffer | null | undefined;

/** What may be written: text goes out as UTF-8. */
export type Writable = string | ArrayBuffer;

/** The functions of contracts/engine-interface.ts, which describes each. */
export interface EngineFunctions {
  log(stream: 1 | 2, text: string): void;
  exit(status: number): void;
  monotonicTime(): number;
  wallTime(): number;
  random(length: number): ArrayBuffer;
  setDeadline(time: number): void;
  arguments(): string[];
  environment(): string[];
  facts(): string;
  httpListen(address: string, port: number): number;
  httpLocalPort(listener: number): number;
  httpClose(listener: number): void;
  httpMethod(request: number): string;
  httpTarget(request: number): string;
  httpHeaders(request: number): string[];
  httpPeer(request: number): string;
  httpRead(request: number): Chunk;
  httpRespond(
    request: number,
    status: number,
    reason: string,
    headers: readonly string[],
    body?: Writable,
  ): number;
  httpWrite(request: number, chunk: Writable): number;
  httpEnd(request: number): void;
  httpAbort(request: number): void;
  httpUpgrade(request: number, headers: readonly string[]): number;
  tcpConnect(host: string, port: number): number;
  tcpListen(address: string, port: number): number;
  tcpAccept(listener: number): number;
  streamRead(stream: number): Chunk;
  streamWrite(stream: number, chunk: Writable): number;
  streamShutdown(stream: number): void;
  streamClose(stream: number): void;
  streamAddresses(handle: number): string[];
  udpBind(address: string, port: number): number;
  udpSend(socket: number, host: string, port: number, data: ArrayBuffer): number;
  udpReceive(socket: number): [ArrayBuffer, string] | null;
  udpClose(socket: number): void;
  fileRead(path: string): ArrayBuffer | number;
  fileWrite(path: string, data: Writable, append: boolean): number;
  fileList(path: string): string[] | number;
  fileStatus(path: string): number[] | number;
  fileRemove(path: string): number;
  fileMakeDirectory(path: string): number;
  fileRename(path: string, newPath: string): number;
}

/** What the hidden object holds besides the functions (contracts, engineProperties). */
interface EngineProperties {
  dispatch?: (event: number, handle: number, value: number) => void;
  main?: (exports: object) => void;
  unhandled?: (error: unknown, promise: Promise<unknown> | undefined) => boolean;
}

type Engine = EngineFunctions & EngineProperties;

/** The interface names exactly the contract's functions; the compiler refuses anything else. */
type Names = keyof EngineFunctions;
const namesAgree: [Names, EngineFunctionName] extends [EngineFunctionName, Names] ? true : never =
  true;

/** Numbers of the events, which the compiler holds equal to the contract's. */
export const events = {
  start: 0,
  deadline: 1,
  request: 2,
  readable: 3,
  writable: 4,
  closed: 5,
  connected: 6,
  connection: 7,
  shutdown: 8,
  idle: 9,
} as const satisfies typeof engineEvents & Record<EngineEventName, number>;

/* oxlint-disable no-underscore-dangle -- the contract has this name */
/** The hidden object; its functions may be replaced, so nobody keeps one. */
export const engine: Engine = namesAgree && (globalThis as unknown as { __tsuki: Engine }).__tsuki;
