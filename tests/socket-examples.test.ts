/** The examples that have to do with sockets, on every monitor. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { monitorCases } from "./built-monitors.fixture.ts";
import {
  AppImages,
  firstGuestPort,
  hostSeenBy,
  type Server,
  startServer,
} from "./servers.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu q35")) continue; // its network is shown by network/machine-network.test.ts
  const options = { timeout: 90_000 };
  describe.runIf(isHere)(`examples on ${title}`, options, () => {
    const host = hostSeenBy(open());
    const start: Start = (path, ...words) =>
      startServer(open(), images, join(import.meta.dirname, "..", "examples", path), {
        arguments: words,
      });
    servers(start, host);
    clients(start, host);
  });
}

type Start = (path: string, ...words: string[]) => Promise<Server>;

function servers(start: Start, host: string): void {
  test("echo-c echoes, one connection after another", async () => {
    const server = await start("echo-c/echo.c", "0");
    const port = await server.port();
    for (const words of ["first", "second"]) {
      const socket = connect(port, "127.0.0.1");
      socket.end(words);
      expect(await text(socket)).toBe(words);
    }
    server.instance.kill();
    expect((await server.ended()).output).toContain(`${host} connected\n`);
  });

  test.each([
    ["http-c/http.c", "Hello from C!\n"],
    ["http-as/http.as.ts", "Hello from AssemblyScript!\n"],
  ])("%s serves", async (path, hello) => {
    const server = await start(path, "0");
    const port = await server.port();
    const url = `http://127.0.0.1:${port}/`;
    // Whoever comes while QEMU has more than one waiting must try again.
    const length = host === "127.0.0.1" ? 50 : 4;
    const answers = await Promise.all(Array.from({ length }, () => fetch(url)));
    for (const answer of answers) expect(await answer.text()).toBe(hello);
    expect((await fetch(url, { method: "POST", body: "x" })).status).toBe(405);
    const pipelined = connect(port, "127.0.0.1");
    pipelined.write("GET /1 HTTP/1.1\r\n\r\nGET /2 HTT");
    pipelined.write("P/1.1\r\nConnection: close\r\n\r\n");
    expect((await text(pipelined)).split(hello).length - 1).toBe(2);
    server.instance.kill();
    await server.ended();
  });

  test("udp-c answers each datagram", async () => {
    // A machine chooses ports for datagrams where nobody expects them.
    const wanted = host === "127.0.0.1" ? 0 : firstGuestPort;
    const server = await start("udp-c/udp.c", `${wanted}`);
    const port = await server.port();
    const client = createSocket("udp4");
    for (const words of ["hello", "", "again"]) {
      client.send(words, port, "127.0.0.1");
      const [answer] = (await once(client, "message")) as [Buffer];
      expect(answer.toString()).toBe(words.toUpperCase());
    }
    client.close();
    server.instance.kill();
    await server.ended();
  });
}

function clients(start: Start, host: string): void {
  test("http-client-c fetches, by name and by number", async () => {
    const server = createServer((request, response) => response.end(`you want ${request.url}`));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    // A machine's localhost is itself.
    for (const name of host === "127.0.0.1" ? ["localhost", host] : [host]) {
      const url = `http://${name}:${port}/something`;
      const { status, output } = await (await start("http-client-c/fetch.c", url)).ended();
      expect(output).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*you want \/something/);
      expect(status).toBe(0);
    }
    server.close();
    const refused = await start("http-client-c/fetch.c", `http://${host}:${port}/`);
    expect(await refused.ended()).toMatchObject({ status: 1, output: "" });
    const unknown = await start("http-client-c/fetch.c", "http://not..a-name/");
    expect((await unknown.ended()).errors).toContain("no such name");
  });
}
