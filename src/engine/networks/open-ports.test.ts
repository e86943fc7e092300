import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { isPortOpen } from "./open-ports.ts";

const table = [
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
  "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1",
  "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1",
  "   2: 0100007F:01BB 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 3 1",
  "",
].join("\n");

describe("a port of the host", () => {
  it.each([
    ["127.0.0.1", 8080, true],
    ["0.0.0.0", 8080, true],
    ["127.0.0.2", 8080, false],
    ["127.0.0.2", 80, true],
    ["127.0.0.1", 443, false],
    ["127.0.0.1", 8081, false],
    ["::1", 80, false],
  ])("%s:%d: whether it is open is %s", (hostAddress, hostPort, isOpen) => {
    const port = { protocol: "tcp", hostAddress, hostPort, guestPort: 1 } as const;
    expect(isPortOpen(port, () => table)).toBe(isOpen);
  });

  it.runIf(process.platform === "linux")("is found open while a program has it", async () => {
    const server = createServer();
    await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
    const address = server.address();
    const hostPort = typeof address === "object" ? (address?.port ?? 0) : 0;
    const port = { protocol: "tcp", hostAddress: "127.0.0.1", hostPort, guestPort: 1 } as const;
    expect(isPortOpen(port)).toBe(true);
    await new Promise((settle) => server.close(settle));
    expect(isPortOpen(port)).toBe(false);
  });
});
