import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasProcesses, Images, Service } from "./service.fixture.ts";

const examples = join(import.meta.dirname, "../../examples");
const close = "Host: a\r\nConnection: close\r\n";

function bodyOf(response: string): string {
  return response.slice(response.indexOf("\r\n\r\n") + 4);
}

const services = [
  { language: "C", source: "http-service-c/service.c" },
  { language: "AssemblyScript", source: "http-service-as/service.as.ts" },
];

describe.runIf(hasProcesses).each(services)("a service in $language", ({ language, source }) => {
  const images = new Images();
  let service: Service;

  beforeAll(async () => {
    service = await Service.start(await images.build(join(examples, source)));
  }, 240_000);

  afterAll(async () => {
    const status = await service.stop();
    if (status !== 0) throw new Error(`the service ended with ${status}`);
    images.remove();
  });

  it("answers, reads fields, and knows what it does not have", async () => {
    const home = await service.exchange(`GET / HTTP/1.1\r\n${close}\r\n`);
    expect(home).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
    expect(bodyOf(home)).toBe(`Hello from ${language}!\n`);
    const greeting = await service.exchange(
      `GET /greet HTTP/1.1\r\nUser-Agent:  me \r\n${close}\r\n`,
    );
    expect(bodyOf(greeting)).toBe("Hello, me!\n");
    expect(await service.exchange(`GET /x HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("streams a large body back", async () => {
    const body = "0123456789".repeat(100_000);
    const head = `POST /echo HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`;
    const response = await service.exchange(head + body);
    expect(bodyOf(response) === body).toBe(true);
  });

  it("lives on when a client goes away in the middle", async () => {
    const client = await service.open();
    await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    await client.until("abc");
    client.close();
    expect(bodyOf(await service.exchange(`GET / HTTP/1.1\r\n${close}\r\n`))).toBe(
      `Hello from ${language}!\n`,
    );
  });
});
