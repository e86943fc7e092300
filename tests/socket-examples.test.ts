/** The examples that have to do with sockets, on every monitor that has a network. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import type { Monitor } from "../src/monitors/interface.ts";
import { monitorCases } from "./built-monitors.fixture.ts";
import { AppImages, startServer } from "./servers.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu")) continue;
  const options = { timeout: 90_000 };
  describe.runIf(isHere)(`examples on ${title}`, options, () => {
    suite(open);
  });
}

function suite(open: () => Monitor): void {
  const start = (path: string, ...words: string[]) =>
    startServer(open(), images, join(import.meta.dirname, "..", "examples", path), {
      arguments: words,
    });

  test("echo-c echoes, one connection after another", async () => {
    const server = await start("echo-c/echo.c", "0");
    const port = await server.port();
    for (const words of ["first", "second"]) {
      const socket = connect(port, "127.0.0.1");
      socket.end(words);
      expect(await text(socket)).toBe(words);
    }
    server.instance.kill();
    expect((await server.ended()).output).toContain("127.0.0.1 connected\n");
  });

  test.each([
    ["http-c/http.c", "Hello from C!\n"],
    ["http-as/http.as.ts", "Hello from AssemblyScript!\n"],
  ])("%s serves", async (path, hello) => {
    const server = await start(path, "0");
    const port = await server.port();
    const url = `http://127.0.0.1:${port}/`;
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(url)));
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
    const server = await start("udp-c/udp.c", "0");
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

  test("http-client-c fetches, by name and by number", async () => {
    const server = createServer((request, response) => response.end(`you want ${request.url}`));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `http://${host}:${port}/something`;
      const { status, output } = await (await start("http-client-c/fetch.c", url)).ended();
      expect(output).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*you want \/something/);
      expect(status).toBe(0);
    }
    server.close();
    const refused = await start("http-client-c/fetch.c", `http://127.0.0.1:${port}/`);
    expect(await refused.ended()).toMatchObject({ status: 1, output: "" });
    const unknown = await start("http-client-c/fetch.c", "http://not..a-name/");
    expect((await unknown.ended()).errors).toContain("no such name");
  });
}
