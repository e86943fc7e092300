/** What TypeScript programs in images do with the network, on every monitor that has one. */
import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { monitorCases } from "../built-monitors.fixture.ts";
import { AppImages, type Server, startServer } from "../servers.fixture.ts";
import { startWebServer, type WebServer } from "./web-server.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

const source = join(import.meta.dirname, "../apps/network.ts");

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** Without a name server nobody knows. */
const noSuchHost = matching(/^(?:ENOTFOUND|EAI_AGAIN)$/);

type Start = (...words: readonly (string | number)[]) => Promise<Server>;

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu")) continue;
  describe.runIf(isHere)(`a TypeScript program on ${title}`, { timeout: 40_000 }, () => {
    const start: Start = async (...words) =>
      await startServer(open(), images, source, { arguments: words.map(String) });
    fetching(start);
    streams(start);
    failures(start);
    datagrams(start);
  });
}

function fetching(start: Start): void {
  let server: WebServer;
  beforeAll(async () => {
    server = await startWebServer();
  });
  afterAll(() => server.close());

  test("fetches", async () => {
    const { status, output, errors } = await (await start("fetch", server.port)).ended();
    expect(errors).toMatch(/^(?:tsuki: .* evaluated at every start.*\n)?$/);
    expect(JSON.parse(output)).toEqual({
      get: [200, "application/json", ["GET", "/get?a=b", "1"]],
      posted: "body",
      large: 3_000_000,
      streamed: "one two",
      pieces: ["first", "second", "third"],
      isKept: true,
      closed: "closed",
      afterwards: "closed",
      aborted: 20,
      cut: 20,
      timeout: 23,
      refused: "ECONNREFUSED",
      unknown: noSuchHost,
      secure: matching(/^TypeError: fetch failed: https:\/\/127\.0\.0\.1: https is/),
      named: true,
      many: Array.from({ length: 50 }, (_, index) => index),
    });
    expect(status).toBe(0);
  });

  test("does not run out of connections whose responses nobody reads", async () => {
    const { status, output } = await (await start("ignore", server.port)).ended();
    expect([status, output]).toEqual([0, "1030\n"]);
  });
}

function streams(start: Start): void {
  test("passes ten megabytes each way, as server and as client", async () => {
    const server = await echoServer();
    const program = await start("relay", portOf(server));
    const port = await program.port();
    const sent = randomBytes(10_000_000);
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end(sent);
    // Nobody reads what comes back until all of it has been sent, as far as the host has room.
    socket.pause();
    await once(socket, "connect");
    expect(digest(await buffer(socket))).toBe(digest(sent));
    program.instance.kill();
    await program.ended();
    server.close();
  });

  test("waits with writing until there is room", async () => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    await listening(server);
    const program = await start("flood", portOf(server));
    const [socket] = (await once(server, "connection")) as [import("node:net").Socket];
    await program.said("blocked");
    const received = await buffer(socket);
    socket.end();
    const { output } = await program.ended();
    server.close();
    expect(output).toBe(`blocked\n[${received.length},true]\n`);
    expect(received.every((byte, index) => byte === (index % 65_536) % 251)).toBe(true);
  });

  test("serves many connections, and half-closed ones to their end", async () => {
    const program = await start("echo");
    const port = await program.port();
    const answers = Array.from({ length: 200 }, async (_, index) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.end(`number ${index}`);
      return (await buffer(socket)).toString();
    });
    expect(await Promise.all(answers)).toEqual(answers.map((_, index) => `number ${index}`));
    const broken = connect(port, "127.0.0.1");
    broken.write("x");
    await once(broken, "data");
    broken.resetAndDestroy();
    const after = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    after.end("still there");
    expect((await buffer(after)).toString()).toBe("still there");
    program.instance.kill();
    await program.ended();
  });
}

function failures(start: Start): void {
  test("is told what fails", async () => {
    const { status, output } = await (await start("failures")).ended();
    expect(JSON.parse(output)).toEqual({
      addresses: true,
      readClosed: undefined,
      writeClosed: "EPIPE",
      peerEnd: undefined,
      inUse: "EADDRINUSE",
      udpInUse: "EADDRINUSE",
      noAddress: "EINVAL",
      foreignAddress: "EADDRNOTAVAIL",
      refused: "ECONNREFUSED",
      unknown: noSuchHost,
      noPort: "EINVAL",
      tooLong: "EMSGSIZE",
      afterClose: "ECONNREFUSED",
    });
    expect(status).toBe(0);
  });
}

function datagrams(start: Start): void {
  test("answers datagrams, by address and by name", async () => {
    const program = await start("datagrams");
    const port = await program.port();
    const socket = createSocket("udp4");
    for (const text of ["one", "name", "quit"]) {
      expect(await ask(socket, text, port)).toBe(`${text} from 127.0.0.1`);
    }
    socket.close();
    const { status, output } = await program.ended();
    expect(output).toMatch(/\n1000\n$/);
    expect(status).toBe(0);
  });
}

async function ask(socket: DatagramSocket, text: string, port: number): Promise<string> {
  const answer = once(socket, "message");
  socket.send(text, port, "127.0.0.1");
  const [bytes] = (await answer) as [Buffer];
  return bytes.toString();
}

async function echoServer(): Promise<NetServer> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  return await listening(server);
}

async function listening(server: NetServer): Promise<NetServer> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
