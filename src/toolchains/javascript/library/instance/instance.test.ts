import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "../engine-run.fixture.ts";

const program = (name: string): string =>
  fileURLToPath(new URL(`${name}.fixture.ts`, import.meta.url));

describe("an instance", () => {
  it("lets programs deal with errors that nobody caught", async () => {
    const { reports } = await runInEngine(program("uncaught"));
    expect(reports).toEqual([
      ["unhandledrejection", "Error: rejected"],
      ["rejection", true],
      ["onerror", "thrown"],
      ["error", true],
      ["onerror", "reported"],
    ]);
  });

  it("says what a service lacks", async () => {
    const { errors, status } = await runInEngine(program("exports"));
    expect(errors).toBe(
      "tsuki: the default export has no fetch: export default { fetch(request) { ... } }\n",
    );
    expect(status).toBe(1);
  });

  it("says that PORT is no port", async () => {
    const { errors, status } = await runInEngine(
      fileURLToPath(new URL("../server/programs/hello.fixture.ts", import.meta.url)),
      {
        environment: ["PORT=http"],
      },
    );
    expect(errors).toBe("tsuki: PORT is http, which is no port\n");
    expect(status).toBe(125);
  });

  it("gives its facts, files and connections by tsuki: modules, and ends with a status", async () => {
    const { reports, output, status } = await runInEngine(program("script"), {
      servers: { "echo:7": ["hello back", "END"] },
    });
    expect(reports).toEqual([
      ["arguments", ["one", "two"], "value", "node"],
      ["files", "one two", 7, ["a.txt"]],
      ["missing", "ENOENT: no such file or directory, open '/a.txt'", "ENOENT"],
      ["read", "hello back", null],
    ]);
    expect(output).toBe("script ends\n");
    expect(status).toBe(3);
  });
});
