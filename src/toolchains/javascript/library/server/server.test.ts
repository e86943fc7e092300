import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "../engine-run.fixture.ts";

const hello = fileURLToPath(new URL("programs/hello.fixture.ts", import.meta.url));

describe("a service in the engine", () => {
  it("answers by a few engine calls", async () => {
    const { exchanges, errors } = await runInEngine(hello, { requests: [{}] });
    expect(errors).toBe("");
    expect(exchanges).toMatchObject([{ status: 200, body: "hello", isWhole: true }]);
    expect(exchanges[0]?.calls).toBeLessThan(5);
  });

  it("gives parts of the request, JSON and the environment", async () => {
    const headers = ["host", "example.org", "user-agent", "test"];
    const { exchanges } = await runInEngine(hello, {
      requests: [{ target: "/json?a=1", headers }],
    });
    const value = { url: "http://example.org/json?a=1", name: "value", agent: "test" };
    expect(exchanges[0]?.headers).toEqual(["content-type", "application/json"]);
    expect(JSON.parse(exchanges[0]?.body ?? "")).toEqual(value);
  });

  it.each([
    ["127.0.0.1:8080", "/json?b=%20", "http://127.0.0.1:8080/json?b=%20"],
    ["localhost", "/a/../json", "http://localhost/json"],
    ["EXAMPLE.org:80", "/%2e/json", "http://example.org/json"],
    ["[::1]:81", "//json/../../json", "http://[::1]:81/json"],
    ["a b", "/json#x", "http://localhost/json#x"],
    ["a", "http://b/json", "http://b/json"],
  ])("knows a request to %s for %s by its URL", async (host, target, url) => {
    const requests = [{ target: "/" }, { target, headers: ["host", host] }];
    const { exchanges } = await runInEngine(hello, { requests });
    expect(JSON.parse(exchanges[1]?.body ?? "")).toMatchObject({ url });
  });

  it("reads bodies that come in pieces, and streams bodies both ways", async () => {
    const body = ["first ", "second"];
    const headers = ["host", "a", "transfer-encoding", "chunked"];
    const { exchanges } = await runInEngine(hello, {
      requests: [
        { method: "POST", target: "/echo", headers, body },
        { target: "/stream" },
        { method: "PUT", target: "/pipe", headers, body },
        { method: "HEAD", target: "/stream" },
      ],
    });
    expect(exchanges.map(({ status, body: text, isWhole }) => [status, text, isWhole])).toEqual([
      [201, "first second", true],
      [200, "one two three", false],
      [200, "first second", false],
      [200, "", false],
    ]);
    expect(exchanges.every(({ isEnded }) => isEnded)).toBe(true);
  });

  it("answers 500 when a handler fails, logs the trace, and lives on", async () => {
    const { exchanges, errors, status } = await runInEngine(hello, {
      requests: [{ target: "/fail" }, { target: "/nothing" }, { target: "/" }],
    });
    expect(exchanges.map((exchange) => exchange.status)).toEqual([500, 500, 200]);
    expect(errors).toMatch(/Error: failed on purpose\n\s+at .*tsuki:bundle:\d+/);
    expect(errors).toContain("The handler of GET http://localhost:8080/nothing gave no Response");
    expect(status).toBeUndefined();
  });

  it("breaks a response off whose body fails", async () => {
    const { exchanges, errors } = await runInEngine(hello, { requests: [{ target: "/break" }] });
    expect(exchanges).toMatchObject([{ status: 200, body: "part", isAborted: true }]);
    expect(errors).toContain("broken on purpose");
  });

  it("ends when asked to stop, once everything is done", async () => {
    const { exchanges, output, status } = await runInEngine(hello, {
      requests: [{ target: "/later" }],
      shutdownAfter: 2,
    });
    expect(exchanges[0]?.body).toBe("later");
    expect(output).toBe("done\n");
    expect(status).toBe(0);
  });
});
