import { describe, expect, it } from "vitest";
import { makeImage, makeProgram, type ProgramRun, runInV8, runSealed } from "./programs.fixture.ts";

const runners: readonly (readonly [
  string,
  (app: Uint8Array) => ProgramRun | Promise<ProgramRun>,
])[] = [
  ["in V8", runInV8],
  ["as a sealed process", runSealed],
];

const order = `
console.log("top level");
setTimeout(() => console.log("timer of 20"), 20);
setTimeout(() => {
  console.log("timer of 0");
  Promise.resolve().then(() => console.log("its promise"));
}, 0);
queueMicrotask(() => console.log("microtask"));
Promise.resolve().then(() => console.log("promise"));
`;

describe.each(runners)("a program %s", (_name, run) => {
  it("writes what it wrote while it was built, at every start", async () => {
    const { app, notice } = await makeProgram(
      'console.log("one");\nconsole.error("two");\nconsole.log("\\u0000 \\u263a");\n',
    );
    expect(notice).toBe("");
    const expected = { status: 0, output: "one\n\0 \u263a\n", errors: "two\n" };
    expect(await run(app)).toEqual(expected);
    expect(await run(app)).toEqual(expected);
  });

  it("runs microtasks before timers, and timers in the order of their times", async () => {
    const { app } = await makeProgram(order);
    const lines = (await run(app)).output.trimEnd().split("\n");
    expect(lines).toEqual([
      "top level",
      "microtask",
      "promise",
      "timer of 0",
      "its promise",
      "timer of 20",
    ]);
  });

  it("is given arguments and environment, and ends with its own status", async () => {
    const { app } = await makeProgram(
      `const { tsuki } = globalThis as any;
      export default () => {
        console.log(tsuki.arguments().slice(1).join(), tsuki.environment().join());
        console.log(JSON.parse(tsuki.facts()).platform.length > 0);
        tsuki.exit(7);
      };`,
    );
    expect(await run(app)).toEqual({ status: 7, output: "first NAME=value\ntrue\n", errors: "" });
  });

  it("ends with 1 by an error that nobody caught, traced to the sources' lines", async () => {
    const { app } = await makeProgram(
      `import { fail } from "./fail.ts";

      export default () => fail("late");\n`,
      "auto",
      {
        "fail.ts":
          "// A comment.\n\nexport function fail(why: string) {\n  throw new Error(why);\n}\n",
      },
    );
    const { status, errors } = await run(app);
    expect(status).toBe(1);
    expect(errors).toMatch(/^Uncaught Error: late\n {4}at fail \(fail\.ts:4\)\n.*\(app\.ts:3\)/);
  });

  it("ends with 1 by a rejection that nobody handled, not by one handled late", async () => {
    const { app } = await makeProgram(
      `export default () => {
        const late = Promise.reject(new Error("caught"));
        queueMicrotask(() => late.catch(({ message }) => console.log(message)));
        setTimeout(() => { Promise.reject(new TypeError("lost")); }, 1);
      };`,
    );
    const { status, output, errors } = await run(app);
    expect({ status, output }).toEqual({ status: 1, output: "caught\n" });
    expect(errors).toMatch(/^Uncaught \(in promise\) TypeError: lost\n {4}at .*\(app\.ts:4\)/);
  });

  it("says so when a top-level await never settles", async () => {
    const { app } = await makeProgram("await new Promise(() => {});", "off");
    const { status, errors } = await run(app);
    expect(status).toBe(13);
    expect(errors).toBe(
      "tsuki: a top-level await never settles: nothing is pending that could settle it\n",
    );
  });

  it("waits at its top level when it is evaluated at start", async () => {
    const { app } = await makeProgram(
      `console.log("before");
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.log("behind");
      export default () => console.log("main");`,
    );
    expect(await run(app)).toEqual({ status: 0, output: "before\nbehind\nmain\n", errors: "" });
  });

  it("is asked once more when nothing is left to do", async () => {
    const { app } = await makeProgram(
      `let rounds = 0;
      globalThis.onidle = () => {
        console.log("idle", ++rounds);
        if (rounds === 1) setTimeout(() => console.log("revived"), 1);
      };`,
    );
    expect((await run(app)).output).toBe("idle 1\nrevived\nidle 2\n");
  });

  it("survives endless recursion as a RangeError", async () => {
    const { app } = await makeProgram(
      `export default () => {
        const descend = (): number => 1 + descend();
        try { descend(); } catch (error) { console.log(String(error)); }
      };`,
    );
    expect((await run(app)).output).toMatch(/^RangeError: /);
  });

  it("draws other random numbers in every instance", async () => {
    const { app } = await makeProgram(
      `const { tsuki } = globalThis as any;
      export default () => {
        console.log(Math.random());
        console.log(new Uint8Array(tsuki.random(16)).join());
      };`,
    );
    const first = (await run(app)).output.split("\n");
    const second = (await run(app)).output.split("\n");
    expect(first[0]).not.toBe(second[0]);
    expect(first[1]).not.toBe(second[1]);
  });
});

it("fails by an error that the program can catch when memory runs out", async () => {
  const { app } = await makeProgram(
    `export default () => {
      const all: unknown[] = [];
      try { for (;;) all.push(new Array(1000).fill(1)); } catch (error) { all.length = 0; console.log(String(error)); }
      for (;;) all.push({ number: all.length });
    };`,
  );
  const { status, output, errors } = runInV8(app, { maximumPages: 100 });
  expect(output).toBe("InternalError: out of memory\n");
  expect(status).toBe(1);
  expect(errors).toMatch(/^Uncaught InternalError: out of memory\n {4}at .*\(app\.ts:4\)/);
});

it("is built the same, bit for bit", async () => {
  const first = await makeProgram(order);
  const second = await makeProgram(order);
  expect(Buffer.compare(first.app, second.app)).toBe(0);
  const images = [await makeImage(first.app), await makeImage(second.app)];
  expect(Buffer.compare(images[0] as Uint8Array, images[1] as Uint8Array)).toBe(0);
  expect(images[0]?.length).toBeLessThan(2_500_000);
});
