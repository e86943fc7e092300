/** A network with name servers of a test's. */
import { LoopbackNetwork } from "../../../simulator/loopback-network.ts";
import { type SocketAddress, socketTypes } from "../../../simulator/network.ts";

/** What a server makes of a question: bytes to send back, or nothing. */
export type Server = (
  question: Uint8Array,
  server: string,
  isStream: boolean,
) => readonly Uint8Array[];

/** A network on which everything sent to port 53 is a question for a server. */
export class ServedNetwork extends LoopbackNetwork {
  readonly questions: string[] = [];
  private readonly server: Server;

  constructor(server: Server, files: { hosts?: string; "resolv.conf"?: string } = {}) {
    super();
    this.server = server;
    Object.assign(this.hostFiles, { "resolv.conf": "nameserver 10.0.0.1\n" }, files);
  }

  private readonly targets = new Map<number, SocketAddress>();
  private readonly streams = new Set<number>();

  override open(family: SocketAddress["family"], type: number): number {
    const handle = super.open(family, type);
    if (type === socketTypes.stream) this.streams.add(handle);
    return handle;
  }

  override connect(handle: number, address: SocketAddress): number {
    this.targets.set(handle, address);
    if (address.port !== 53 || !this.streams.has(handle)) return super.connect(handle, address);
    const listener = super.open("IPv4", socketTypes.stream);
    this.bind(listener, { family: "IPv4", address: "0.0.0.0", port: 53 });
    this.listen(listener);
    const result = super.connect(handle, address);
    const accepted = this.accept(listener);
    if (typeof accepted !== "number") this.accepted.set(handle, accepted.handle);
    this.close(listener);
    return result;
  }

  /** The servers' ends of streams. */
  private readonly accepted = new Map<number, number>();

  /** A question behind its length, and its answers the same. */
  private answerStream(handle: number, bytes: Uint8Array, target: SocketAddress): number {
    const accepted = this.accepted.get(handle) ?? 0;
    const question = bytes.slice(2);
    this.questions.push(`${target.address} ${nameOf(question)} by TCP`);
    for (const answer of this.server(question, target.address, true)) {
      const framed = Uint8Array.of(answer.length >> 8, answer.length & 255, ...answer);
      // In two pieces, as streams may come.
      super.send(accepted, framed.subarray(0, 1), undefined);
      super.send(accepted, framed.subarray(1), undefined);
    }
    return bytes.length;
  }

  override send(handle: number, bytes: Uint8Array, to: SocketAddress | undefined): number {
    const target = to ?? this.targets.get(handle);
    const local = this.localAddress(handle);
    if (target?.port !== 53 || typeof local === "number") return super.send(handle, bytes, to);
    if (this.streams.has(handle)) return this.answerStream(handle, bytes, target);
    this.questions.push(`${target.address} ${nameOf(bytes)}`);
    const answers = this.server(bytes.slice(), target.address, false);
    const sent = super.send(handle, new Uint8Array(0), { ...target, port: 1 });
    const own = this.localAddress(handle);
    const other = this.open("IPv4", 1);
    if (typeof own !== "number") {
      for (const answer of answers) super.send(other, answer, own);
    }
    return sent < 0 ? sent : bytes.length;
  }
}

/** The name that a question is about, and the type of its records. */
export function nameOf(question: Uint8Array): string {
  const labels: string[] = [];
  let at = 12;
  for (let size = question[at] ?? 0; size !== 0; size = question[at] ?? 0) {
    labels.push(String.fromCharCode(...question.slice(at + 1, at + 1 + size)));
    at += size + 1;
  }
  return `${labels.join(".")} ${question[at + 2] === 28 ? "AAAA" : "A"}`;
}

/** Bytes that a question says a datagram with its answer may have; 512 when it does not say. */
export function answerRoom(question: Uint8Array): number {
  const end = questionEnd(question);
  const isExtended = question[11] === 1 && question[end + 2] === 41;
  return isExtended ? ((question[end + 3] ?? 0) << 8) | (question[end + 4] ?? 0) : 512;
}

/** Where a question ends, and an answer's records begin. */
export function questionEnd(question: Uint8Array): number {
  let at = 12;
  for (let size = question[at] ?? 0; size !== 0; size = question[at] ?? 0) at += size + 1;
  return at + 5;
}

/** An answer with the given records, each [type, data], named by a pointer to the question. */
export function answerWith(
  question: Uint8Array,
  records: readonly (readonly [number, readonly number[]])[],
  code = 0,
): Uint8Array {
  const head = question.slice(0, questionEnd(question));
  head[2] = 0x81;
  head[3] = 0x80 | code;
  head[11] = 0;
  head[7] = records.length;
  const body = records.flatMap(([type, bytes]) => [
    ...[0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length],
    ...bytes,
  ]);
  return Uint8Array.from([...head, ...body]);
}
