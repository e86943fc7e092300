/** Services in virtual machines, asked over ports that are published. */
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { networksAndEnvironment } from "../../src/engine/machine-network.ts";
import { qemuMonitor } from "../../src/monitors/qemu/monitor.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { AppImages, firstGuestPort, startServer } from "../servers.fixture.ts";

const images = new AppImages();
afterAll(() => images.remove());

const services = [
  ["microvm", "http-service-c/service.c", "Hello from C!\n"],
  ["microvm", "http-ts/server.ts", "Hello from TypeScript, sealed.\n"],
  ["q35", "http-service-as/service.as.ts", "Hello from AssemblyScript!\n"],
] as const;

describe.skipIf(!hasQemu)(`services in a machine${qemuNeeded}`, { timeout: 90_000 }, () => {
  test.each(services)("%s: %s", async (machine, example, hello) => {
    const monitor = qemuMonitor({ machine, accelerator: "tcg", environment: process.env });
    const source = join(import.meta.dirname, "../../examples", example);
    const environment = [`PORT=${firstGuestPort}`];
    const server = await startServer(monitor, images, source, { arguments: [], environment });
    const url = `http://127.0.0.1:${server.hostPort}/`;
    expect(await (await answered(url)).text()).toBe(hello);
    const answers = Array.from({ length: 3 }, () => fetch(url));
    for (const answer of await Promise.all(answers)) expect(await answer.text()).toBe(hello);
    server.instance.stop();
    expect((await server.ended()).status).toBe(0);
  });
});

test.skipIf(!hasQemu)(
  `a port is published at an IPv6 address, too${qemuNeeded}`,
  async () => {
    const port = await new Promise<number>((settle) => {
      const holder = createServer().listen(0, "::1", () => {
        const { port: free } = holder.address() as AddressInfo;
        holder.close(() => settle(free));
      });
    });
    const { instance, stderr } = await launched(`TSUKI_PUBLISH=[::1]:${port}:80`);
    const url = `http://[::1]:${port}/`;
    for (let turn = 0; turn < 3; turn++) {
      expect(await (await answered(url)).text()).toBe("Hello from C!\n");
    }
    instance.stop();
    await instance.wait();
    expect(stderr.read()).toBe(null);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  },
  60_000,
);

test.skipIf(!hasQemu)(`a published port that is in use is named${qemuNeeded}`, async () => {
  const holder = createServer();
  const port = await new Promise<number>((settle) => {
    holder.listen(0, "127.0.0.1", () => settle((holder.address() as AddressInfo).port));
  });
  const { instance } = await launched(`TSUKI_PUBLISH=127.0.0.1:${port}:80`);
  await expect(instance.wait()).rejects.toThrow(
    `port 127.0.0.1:${port} (tcp) cannot be published: it is in use`,
  );
  holder.close();
});

/** Starts a service on a machine's port 80. */
async function launched(publish: string) {
  const source = join(import.meta.dirname, "../../examples/http-service-c/service.c");
  const monitor = qemuMonitor({ machine: "microvm", accelerator: "tcg", environment: process.env });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const instance = await monitor.launch({
    imagePath: await images.path(source, "pc"),
    arguments: ["app"],
    ...networksAndEnvironment(monitor, [publish, "PORT=80"]),
    streams: { stdin, stdout, stderr },
    memoryMebibytes: undefined,
  });
  return { instance, stderr };
}

/** Asks until somebody listens: these services do not say when. */
async function answered(url: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
}
