/** What sockets do on every monitor, said once (tests/apps/sockets.c). */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { monitorCases } from "./built-monitors.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { AppImages, type Server, startServer } from "./servers.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

const scenarios = [
  "refused",
  "addresses",
  "in-use",
  "half-close",
  "reset",
  "again",
  "big",
  "datagrams",
  "timeouts",
  "polled",
  "options",
  "peek",
  "ipv6",
  "wrong",
  "nonblocking-connect",
  "gone",
  "standard-calls",
  "limit",
];

const options = { timeout: 90_000 };
const source = join(import.meta.dirname, "apps", "sockets.c");

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu q35")) continue;
  describe.runIf(isHere)(`sockets on ${title}`, options, () => {
    const start: Start = async (scenario, environment = []) =>
      await startServer(open(), images, source, { arguments: [scenario], environment });
    behaviour(start, title.startsWith("qemu"));
    // What the apps listen at here is the loopback address, which is the machine's own there.
    if (title.startsWith("qemu")) return;
    traffic(start);
    setup(start);
  });
}

/** Starts one scenario with these variables. */
type Start = (scenario: string, environment?: readonly string[]) => Promise<Server>;

/** What sockets do, which the app itself finds out. */
function behaviour(start: Start, hasOwnStack: boolean): void {
  test.each(scenarios)("%s", async (scenario) => {
    const server = await start(scenario);
    const isTold = hasOwnStack && scenario === "in-use";
    const errors = isTold ? "tsuki: network: a port was asked for that is in use\n" : "";
    expect(await server.ended()).toEqual({ status: 0, output: "ok\n", errors });
  });
}

/** What goes through sockets from and to others. */
function traffic(start: Start): void {
  test("many connections at once are served, each with its own bytes", async () => {
    const server = await start("echo");
    const port = await server.port();
    const sockets = await Promise.all(Array.from({ length: 400 }, () => connected(port)));
    const answers = sockets.map(async (socket, index) => {
      socket.end(`number ${index}`);
      return await text(socket);
    });
    expect(await Promise.all(answers)).toEqual(sockets.map((_, index) => `number ${index}`));
    (await connected(port)).end("q");
    expect((await server.ended()).status).toBe(0);
  });

  test("a megabyte comes back as it went", async () => {
    const server = await start("echo");
    const socket = await connected(await server.port());
    const sent = Array.from({ length: 150_000 }, (_, index) => index.toString(36)).join(" ");
    socket.end(sent);
    expect(await text(socket)).toBe(sent);
    server.instance.kill();
  });

  test("what is sent to a group comes to whoever has joined it", async () => {
    const server = await start("group");
    const port = await server.port();
    const sender = createSocket("udp4");
    sender.bind(0, "127.0.0.1");
    await once(sender, "listening");
    sender.setMulticastInterface("127.0.0.1");
    const answer = once(sender, "message");
    sender.send("hello", port, "239.77.1.2");
    expect(String((await answer)[0])).toBe("hello");
    sender.close();
    expect((await server.ended()).output).toMatch(/\nok\n$/);
  });

  test("standard input and sockets are waited for together", async () => {
    const server = await start("input");
    const port = await server.port();
    (await connected(port)).destroy();
    await server.said("connection\n");
    server.stdin.write("x");
    expect((await server.ended()).output).toMatch(/connection\ninput\nok\n$/);
  });

  test("a server ends when it is stopped", async () => {
    const server = await start("echo");
    await server.port();
    server.instance.stop();
    expect((await server.ended()).status).toBe(143);
  });
}

/** What is said about the network before the app starts. */
function setup(start: Start): void {
  test("a listener that is open from the start is descriptor 3", async () => {
    const port = await freePort();
    const server = await start("inherited", [`TSUKI_LISTEN=127.0.0.1:${port}`]);
    expect(await server.port()).toBe(port);
    (await connected(port)).end("q");
    expect((await server.ended()).status).toBe(0);
  });

  test("a listener whose port is in use is refused in one line", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    const port = await portOf(holder);
    const server = await start("inherited", [`TSUKI_LISTEN=127.0.0.1:${port}`]);
    const { status, errors } = await server.ended();
    holder.close();
    expect(errors).toMatch(/^tsuki: cannot listen on 127\.0\.0\.1:\d+: port in use; .*\n$/);
    expect(status).toBe(125);
  });

  test.each(["http", "1:2:3", "127.0.0.1:99999", "[::1:80", "80/sctp"])(
    "a malformed listener is refused in one line: %s",
    async (entry) => {
      const { status, errors } = await (await start("wrong", [`TSUKI_LISTEN=${entry}`])).ended();
      expect(errors).toContain(`tsuki: TSUKI_LISTEN: "${entry}" is malformed, see docs/`);
      expect(status).toBe(125);
    },
  );

  test("a published port is another one on the host, and the app does not see that", async () => {
    const port = await freePort();
    const server = await start("bind-8080", [`TSUKI_PUBLISH=${port}:8080`]);
    expect(await server.port()).toBe(8080);
    (await connected(port)).end("q");
    expect((await server.ended()).status).toBe(0);
  });

  test("a port that is published at an address is open there alone", async () => {
    const port = await freePort();
    const server = await start("bind-8080", [`TSUKI_PUBLISH=127.0.0.1:${port}:8080`]);
    expect(await server.port()).toBe(8080);
    await expect(connected(port, "127.0.0.2")).rejects.toThrow("ECONNREFUSED");
    (await connected(port)).end("q");
    expect((await server.ended()).status).toBe(0);
  });

  test.each(["[::1]:80", "1:2:3", "::1:80:80", "[::1:80:80", "1.2.3:80:80"])(
    "a malformed port to publish is refused in one line: %s",
    async (entry) => {
      const { status, errors } = await (await start("wrong", [`TSUKI_PUBLISH=${entry}`])).ended();
      expect(errors).toContain(`tsuki: TSUKI_PUBLISH: "${entry}" is malformed, see docs/`);
      expect(status).toBe(125);
    },
  );

  test("without a network sockets are refused", async () => {
    const { status, output } = await (await start("refused", ["TSUKI_NET=none"])).ended();
    expect(output).toContain("Permission denied");
    expect(status).toBe(1);
  });
}

function connected(port: number, host = "127.0.0.1"): Promise<Socket> {
  return new Promise((settle, reject) => {
    const socket = connect(port, host, () => settle(socket));
    socket.once("error", reject);
  });
}

function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((settle) => {
    server.once("listening", () => {
      const address = server.address();
      settle(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
