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
});
