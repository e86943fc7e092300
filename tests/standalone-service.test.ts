/** A service in TypeScript, run directly as systemd runs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { activate, buildImage, untilListening, untilRefused } from "./standalone.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";

/** `/held` says so and answers a little later; `/later` goes on behind its response. */
const program = `
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Context { waitUntil(promise: Promise<unknown>): void }

export default {
  async fetch(request: Request, env: Record<string, string>, context: Context): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new Error("as it must");
    if (pathname === "/endless") console.log("computing");
    while (pathname === "/endless");
    if (pathname === "/later") context.waitUntil(wait(300).then(() => console.log("worked")));
    if (pathname === "/held") {
      console.log("held");
      await wait(500);
    }
    return new Response(\`\${pathname} \${env.GREETING}\`);
  },
};
`;

describe.skipIf(!canRun)("a service that is run directly", { timeout: 30_000 }, () => {
  const workplace = new Workplace();
  let child: ChildProcess | undefined;

  const start = (environment: NodeJS.ProcessEnv) => {
    const path = join(workplace.folder, "service");
    const service = spawn(path, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    child = service;
    const [output, errors] = [text(service.stdout), text(service.stderr)];
    const ended = once(service, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    return { service, output, errors, ended };
  };
  const body = async (port: number, path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text();

  beforeAll(async () => {
    workplace.write("service.ts", program);
    await buildImage(workplace, ["--env", "GREETING=built-in", "service.ts"]);
  }, 60_000);
  afterEach(() => void child?.kill("SIGKILL"));
  afterAll(() => workplace.remove());

  it("serves where PORT says, and ends with 0 when it is asked to stop", async () => {
    const port = await freePort();
    const { service, errors, ended } = start({ PORT: String(port) });
    await untilListening(port);
    expect(await body(port, "/a")).toBe("/a built-in");
    service.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(await errors).toBe("");
  });

  it("serves on the socket that its supervisor opened", async () => {
    const activated = await activate(join(workplace.folder, "service"));
    child = activated.child;
    expect(await body(activated.port, "/a")).toBe("/a built-in");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("serves where TSUKI_LISTEN has a port open already", async () => {
    const port = await freePort();
    const { service, errors } = start({ PORT: String(port), TSUKI_LISTEN: `127.0.0.1:${port}` });
    await untilListening(port);
    expect(await body(port, "/a")).toBe("/a built-in");
    service.kill("SIGTERM");
    expect(await errors).toBe("");
  });

  it("serves where TSUKI_PUBLISH says, and under a GREETING it is given", async () => {
    const port = await freePort();
    const { service } = start({ TSUKI_PUBLISH: `${port}:8080`, GREETING: "given" });
    await untilListening(port);
    expect(await body(port, "/a")).toBe("/a given");
    service.kill("SIGTERM");
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "asked to stop by %s, finishes what it has begun and begins nothing more",
    async (signal) => {
      const port = await freePort();
      const { service, output, ended } = start({ PORT: String(port) });
      await untilListening(port);
      expect(await body(port, "/later")).toBe("/later built-in");
      const held = body(port, "/held");
      await once(service.stdout, "data");
      service.kill(signal);
      await untilRefused(port);
      expect(await held).toBe("/held built-in");
      expect(await ended).toEqual([0, null]);
      expect((await output).trim().split("\n").sort()).toEqual(["held", "worked"]);
    },
  );

  it("asked to stop while it computes, is ended after a while", async () => {
    const port = await freePort();
    const { service, errors, ended } = start({ PORT: String(port) });
    await untilListening(port);
    const endless = body(port, "/endless").catch(() => "");
    await once(service.stdout, "data");
    service.kill("SIGTERM");
    expect(await ended).toEqual([1, null]);
    expect(await errors).toBe("tsuki: stopped in the middle of what the program computes\n");
    expect(await endless).toBe("");
  });

  it("lives on when a handler throws, and says where", async () => {
    const port = await freePort();
    const { service, errors } = start({ PORT: String(port) });
    await untilListening(port);
    expect((await fetch(`http://127.0.0.1:${port}/throw`)).status).toBe(500);
    expect(await body(port, "/a")).toBe("/a built-in");
    service.kill("SIGTERM");
    expect(await errors).toMatch(/^Error: as it must\n +at fetch \(service\.ts:9\)\n/);
  });

  it("says in one line that its port is in use", async () => {
    const server = createServer().listen(0);
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { errors, ended } = start({ PORT: String(port) });
    expect(await ended).toEqual([125, null]);
    server.close();
    expect(await errors).toMatch(new RegExp(`^tsuki: cannot listen on port ${port}: .*\n$`));
  });

  it.each([
    ["/no/such/folder:/data", "cannot mount /no/such/folder: no such folder"],
    ["/data", "cannot mount /data"],
  ])("refuses TSUKI_MOUNT=%s in one line, with 125", async (mount, words) => {
    const { errors, ended } = start({ TSUKI_MOUNT: mount });
    expect(await ended).toEqual([125, null]);
    expect(await errors).toMatch(new RegExp(`^tsuki: ${words}.*\n$`));
  });
});
