/**
 * What images refuse `tsuki dev` refuses, too, and what they give it gives: each program runs sealed, in
 * its image, and in a session of development, and must leave the same behind.
 */
import { symlinkSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../command-line.fixture.ts";
import { freePort } from "../free-port.fixture.ts";
import { untilListening } from "../standalone.fixture.ts";
import { DevSession } from "./session.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const place = new Workplace();
afterAll(() => place.remove());

interface Left {
  readonly status: number | null;
  readonly output: string;
  /** Tsuki's own line, if there was one. */
  readonly refusal: string;
}

async function inImage(words: readonly string[]): Promise<Left> {
  const ending = await place.tsuki(["run", "--monitor", "process", "-q", ...words]);
  const [, refusal = ""] = /^tsuki: (.*) \(docs\/errors\.md#[a-z-]+\)$/m.exec(ending.errors) ?? [];
  return { status: refusal === "" ? ending.status : null, output: ending.output, refusal };
}

async function inDev(words: readonly string[]): Promise<Left> {
  const session = new DevSession(place, words);
  const told = await session.next("ended", "broken");
  const { output } = await session.end();
  const refusal = typeof told["message"] === "string" ? told["message"] : "";
  return { status: typeof told["status"] === "number" ? told["status"] : null, output, refusal };
}

/** What is printed of a promise or a call that may throw. */
const outcome = `const outcome = (make) => {
  try { return make(); } catch (error) { return error.code ?? error.name; }
};
`;

/** What is left, or what it must look like. */
type Expected = { readonly [Name in keyof Left]?: Left[Name] | RegExp };

interface Program {
  readonly title: string;
  readonly source: string;
  readonly words?: readonly string[];
  readonly left: Expected;
  /** What dev leaves, where a build finds out what dev does only when the program starts. */
  readonly leftByDev?: Expected;
}

const programs: readonly Program[] = [
  {
    title: "modules of Node's that there are not",
    source: 'import { spawn } from "node:child_process";\nconsole.log(spawn);\n',
    left: { refusal: "program.ts:1: Tsuki has no node:child_process" },
  },
  {
    title: "such modules without their prefix",
    source: 'import vm from "vm";\nconsole.log(vm);\n',
    left: { refusal: "program.ts:1: Tsuki has no node:vm" },
  },
  {
    title: "native addons",
    source: 'import addon from "./addon.node";\nconsole.log(addon);\n',
    left: { refusal: /native addon/ },
  },
  {
    title: "packages that are not installed",
    source: 'import "not-installed";\n',
    left: { refusal: /Could not resolve "not-installed"/ },
  },
  {
    title: "globals of other worlds",
    source: `console.log([
      "Intl", "WebAssembly", "Atomics", "Worker", "MessageChannel", "CompressionStream",
      "URLPattern", "EventSource", "Storage", "require", "module", "exports", "__dirname", "__filename", "Bun",
      "Deno", "window", "document", "gc", "SharedArrayBuffer", "fetch", "WebSocket", "setImmediate",
      "queueMicrotask", "structuredClone", "DOMException",
    ].map((name) => name + " " + typeof globalThis[name]).join("\\n"));`,
    left: {
      output: /^Intl undefined\nWebAssembly undefined\nAtomics undefined\n/,
    },
  },
  {
    title: "ways out into the world around",
    source: `const ways = [
      () => Function("return typeof require + typeof process")(),
      () => (0, eval)("typeof module"),
      () => globalThis.constructor.constructor("return typeof process")(),
      () => __tsuki.log.constructor("return typeof process + typeof Intl")(),
      () => Object.getPrototypeOf(__tsuki.environment()).constructor === Array,
      () => __tsuki.random(3) instanceof ArrayBuffer,
      () => new Error("x").constructor === Error,
      () => (function named() { return 1; }).toString(),
    ];
    for (const way of ways) {
      try { console.log(way()); } catch (error) { console.log(error.name); }
    }`,
    left: { status: 0 },
  },
  {
    title: "methods that V8 alone has",
    source: `console.log(typeof RegExp.$1, typeof RegExp.input, "lastMatch" in RegExp,
      Object.getOwnPropertyNames(Function.prototype).includes("arguments"),
      typeof Error.captureStackTrace);`,
    left: { status: 0 },
  },
  {
    title: "variables that were not given",
    source: "console.log(JSON.stringify(process.env), process.argv);",
    words: ["-e", "GIVEN=yes"],
    left: { output: `{"GIVEN":"yes"} [ '/app', 'program', 'word' ]\n` },
  },
  {
    title: "files outside of the image",
    source: `import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
    ${outcome}
    for (const path of ["/etc/passwd", "/proc/self/environ", "program.ts", "../program.ts", "/tmp/x"]) {
      console.log(path, outcome(() => readFileSync(path, "utf8")));
    }
    for (const path of ["/new", "/tmp/new", "/etc/new", "/tmp/a/b"]) {
      console.log(path, outcome(() => writeFileSync(path, "text")));
    }
    console.log(readFileSync("/tmp/new", "utf8"), statSync("/tmp").isDirectory());
    console.log(outcome(() => readdirSync("/")), readdirSync("/tmp"));`,
    left: {
      output: /^\/etc\/passwd ENOENT\n\/proc\/self\/environ ENOENT\nprogram\.ts ENOENT\n/,
    },
  },
  {
    title: "writing where only reading is allowed, and links that lead out",
    source: `import { readFileSync, writeFileSync, readdirSync } from "node:fs";
    ${outcome}
    console.log(readFileSync("/srv/page", "utf8"), readFileSync("/data/inside", "utf8"));
    console.log(outcome(() => writeFileSync("/srv/page", "x")));
    console.log(outcome(() => writeFileSync("/data/inside", "x")));
    console.log(outcome(() => readFileSync("/data/link", "utf8")));
    console.log(readdirSync("/").sort(), readdirSync("/data").sort());`,
    words: ["--embed", "embedded:/srv", "--mount", "mounted:/data:ro"],
    left: { output: /^page inside\nEROFS\nEROFS\nENOTCAPABLE\n/ },
  },
  {
    title: "more in memory than there may be",
    source: `import { appendFileSync } from "node:fs";
    ${outcome}
    const piece = "x".repeat(8 << 20);
    const results = [];
    for (let count = 0; count < 9; count++) results.push(outcome(() => appendFileSync("/tmp/much", piece)) ?? "ok");
    console.log(results.join(" "));`,
    left: { output: /ENOSPC\n$/ },
  },
  {
    title: "https, and hosts that refuse",
    source: `const told = async (url) => {
      try { return (await fetch(url)).status; } catch (error) { return error.name + ": " + error.message; }
    };
    console.log(await told("https://example.com/"), await told("ftp://example.com/"));`,
    left: { status: 0 },
  },
  {
    title: "the network, where there is none",
    source: `import { connect, listen } from "tsuki:net";
    ${outcome}
    console.log(outcome(() => listen(7)));
    await connect("127.0.0.1", 9).catch((error) => console.log(error.code));`,
    words: ["--net", "none"],
    left: { output: /^EACCES\n/ },
  },
  {
    title: "errors that nobody catches",
    source: `console.log("before");\nsetTimeout(() => { throw new Error("late"); });\n`,
    left: { status: 1, output: "before\n" },
  },
  {
    title: "rejections that nobody handles",
    source: `queueMicrotask(() => console.log("job"));\nsetTimeout(() => Promise.reject(new Error("no")));\n`,
    left: { status: 1, output: "job\n" },
  },
  {
    title: "a top level that never settles",
    source: `console.log("waits");\nawait new Promise(() => {});\n`,
    left: { refusal: /^program\.ts fails while it loads: a top-level await never settles/ },
    leftByDev: { status: 13, output: "waits\n" },
  },
  {
    title: "a top level that throws",
    source: `console.log("loads");\nnull.property;\n`,
    left: { refusal: /^program\.ts fails while it loads at program\.ts:2: TypeError: / },
    leftByDev: { status: 1, output: "loads\n" },
  },
  {
    title: "ends that `catch` must not hold up",
    source: `import { exit } from "tsuki:instance";
    setTimeout(async () => { try { exit(9); } catch {} finally { console.log("not here"); } });`,
    left: { status: 9, output: "" },
  },
  {
    title: "promises, timers and events in their order",
    source: `setImmediate(() => {
      console.log("immediate");
      setTimeout(() => { console.log("timer"); void Promise.reject("handled"); }, 2);
    });
    process.nextTick(() => console.log("tick"));
    Promise.resolve().then(() => console.log("promise"));
    addEventListener("unhandledrejection", (event) => { event.preventDefault(); console.log(event.reason); });
    console.log("first");`,
    left: { status: 0, output: "first\ntick\npromise\nimmediate\ntimer\nhandled\n" },
  },
];

beforeAll(() => {
  place.write("embedded/page", "page");
  place.write("mounted/inside", "inside");
  symlinkSync("/etc/hostname", join(place.folder, "mounted", "link"));
});

/** An expectation that the patterns in it match. */
function matching(left: Expected): unknown {
  const entries = Object.entries(left).map(([name, value]): [string, unknown] => [
    name,
    value instanceof RegExp ? expect.stringMatching(value) : value,
  ]);
  const matcher: unknown = expect.objectContaining(Object.fromEntries(entries));
  return matcher;
}

/** Requests that no server likes, each with what stands in the first line of the answer. */
const requests: readonly (readonly [title: string, request: string])[] = [
  ["no version", "GET /\r\n\r\n"],
  ["no host", "GET / HTTP/1.1\r\n\r\n"],
  ["a version to come", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"],
  ["a long target", `GET /${"a".repeat(8300)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ["a large head", `GET / HTTP/1.1\r\nHost: a\r\nName: ${"a".repeat(13_000)}\r\n\r\n`],
  ["many fields", `GET / HTTP/1.1\r\nHost: a\r\n${"A: b\r\n".repeat(101)}\r\n`],
  ["a large body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000000\r\n\r\n"],
  ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"],
  [
    "two framings",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["another coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
  ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["an odd expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nx"],
  ["HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
  ["two at once", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"],
];

const dateField = /Date: [^\r]*\r\n/g;

/** All that a server sends until it closes the connection, but for the time. */
async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(request);
  return (await text(socket)).replaceAll(dateField, "");
}

async function answersOf(port: number): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [title, request] of requests) answers[title] = await exchange(port, request);
  return answers;
}

describe.skipIf(!canRun)("image and dev are alike in", { timeout: 60_000 }, () => {
  it.each(programs)("$title", async ({ source, words = [], left, leftByDev }) => {
    place.write("program.ts", source);
    const all = [...words, "program.ts", "word"];
    const image = await inImage(all);
    expect(image).toEqual(matching(left));
    expect(await inDev(all)).toEqual(leftByDev === undefined ? image : matching(leftByDev));
  });

  it("requests that they refuse", async () => {
    place.write(
      "service.ts",
      "export default { fetch: (request) => new Response(new URL(request.url).pathname) };\n",
    );
    const port = await freePort();
    const words = ["-e", `PORT=${port}`, "-e", "HOST=127.0.0.1"];
    let stop: () => void = () => {};
    const run = ["run", "--monitor", "process", "-q", ...words, "service.ts"];
    const ended = place.tsuki(run, {
      onStart: ({ signal }) => {
        stop = () => signal("SIGTERM");
      },
    });
    await untilListening(port);
    const image = await answersOf(port);
    stop();
    await ended;
    const session = new DevSession(place, [...words, "service.ts"]);
    await session.next("listening");
    const dev = await answersOf(port);
    await session.end();
    expect(dev).toEqual(image);
    expect(image["a large head"]).toMatch(/^HTTP\/1\.1 431 /);
    expect(image["a long target"]).toMatch(/^HTTP\/1\.1 414 /);
    expect(image["a large body"]).toMatch(/^HTTP\/1\.1 413 /);
  });
});
