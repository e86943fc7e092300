/** A session of development: what follows from an edit, and what does not. */
import { Agent, request } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Workplace } from "../command-line.fixture.ts";
import { freePort } from "../free-port.fixture.ts";
import { DevSession } from "./session.fixture.ts";

let place = new Workplace();
let sessions: DevSession[] = [];

afterEach(async () => {
  for (const session of sessions) await session.end();
  place.remove();
  place = new Workplace();
  sessions = [];
});

function start(...words: readonly string[]): DevSession {
  const session = new DevSession(place, words);
  sessions.push(session);
  return session;
}

const service = (answer: string): string =>
  `export default { fetch: (request: Request) => new Response(${answer}) };\n`;

/** Starts a service that gives one answer; the session and the service's address. */
async function serve(
  answer: string,
  words: readonly string[] = [],
  imports = "",
): Promise<[DevSession, string]> {
  const port = await freePort();
  place.write("server.ts", imports + service(answer));
  const variables = ["-e", `PORT=${port}`, "-e", "HOST=127.0.0.1"];
  const session = start(...variables, ...words, "server.ts");
  await session.next("listening");
  return [session, `http://127.0.0.1:${port}`];
}

async function get(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

describe("tsuki dev", { timeout: 60_000 }, () => {
  it("exchanges a service when a file it imports changes, and logs requests", async () => {
    place.write("word.ts", 'export const word: string = "one";\n');
    const [session, url] = await serve("word", [], 'import { word } from "./word.ts";\n');
    expect(await get(`${url}/a?b`)).toBe("one");
    expect(await session.next("request")).toMatchObject({
      method: "GET",
      target: "/a?b",
      status: 200,
    });
    place.write("word.ts", 'export const word: string = "two";\n');
    expect(await session.next("restarted")).toMatchObject({
      path: join(place.folder, "word.ts"),
    });
    expect(await get(url)).toBe("two");
  });

  it("refuses no request while versions are exchanged", async () => {
    const [session, url] = await serve('"0"');
    const answers = new Set<string>();
    const done = new AbortController();
    const asking = (async () => {
      while (!done.signal.aborted) answers.add(await get(url));
    })();
    for (const version of [1, 2, 3]) {
      place.write("server.ts", service(`"${version}"`));
      await session.next("restarted");
    }
    done.abort();
    await asking;
    expect([...answers].every((answer) => /^[0-3]$/.test(answer))).toBe(true);
    expect(await get(url)).toBe("3");
  });

  it("lets requests at hand end with the version that began them", async () => {
    const wait = 'console.error("begun"); await new Promise((resolve) => setTimeout(resolve, 800))';
    const slow = (word: string): string =>
      `export default { async fetch() { ${wait}; return new Response("${word}"); } };\n`;
    const [session, url] = await serve('"first"');
    place.write("server.ts", slow("old"));
    await session.next("restarted");
    const answer = get(url);
    await session.untilWritten("begun");
    place.write("server.ts", service('"new"'));
    await session.next("restarted");
    expect(await get(url)).toBe("new");
    expect(await answer).toBe("old");
  });

  it("serves on when a version does not build or fails at its start", async () => {
    const [session, url] = await serve('"good"');
    place.write("server.ts", 'export default { fetch: () => new Response("bad };\n');
    expect(await session.next("broken")).toMatchObject({
      code: "javascript-bundle",
      message: "server.ts:1: Unterminated string literal",
      isServing: true,
    });
    expect(await get(url)).toBe("good");
    place.write("server.ts", 'throw new Error("no start");\n');
    expect(await session.next("ended")).toMatchObject({ status: 1, isServing: true });
    expect(session.errors).toContain("Uncaught Error: no start\n    at server.ts:1\n");
    expect(await get(url)).toBe("good");
    place.write("server.ts", service('"better"'));
    await session.next("restarted");
    expect(await get(url)).toBe("better");
  });

  it("says in traces where in the sources an error comes from", async () => {
    const [session, url] = await serve("(() => {\n  throw new Error(request.method);\n})()");
    expect(await get(url)).toBe("Internal Server Error");
    await session.next("request");
    expect(session.errors).toMatch(/^Error: GET\n {4}at [^\n]*server\.ts:2\)?\n/);
  });

  it("tells clients when the program has ended", async () => {
    const [session, url] = await serve('(setTimeout(() => process.exit(7)), "bye")');
    await get(url);
    expect(await session.next("ended")).toMatchObject({ status: 7, isServing: false });
    const { status } = await fetch(url);
    expect(status).toBe(503);
    place.write("server.ts", service('"back"'));
    await session.next("restarted");
    expect(await get(url)).toBe("back");
  });

  it("leads debuggers to the version that runs", async () => {
    place.write("server.ts", service('"debugged"'));
    const words = ["--inspect=127.0.0.1:0", "-e", "HOST=127.0.0.1", "-e", "PORT=0"];
    const { port } = await start(...words, "server.ts").next("debugging");
    const list = async (): Promise<string> =>
      await get(`http://127.0.0.1:${String(port)}/json/list`).catch(() => "");
    let targets = "";
    while (!targets.includes("webSocketDebuggerUrl")) targets = await list();
    expect(targets).toContain(`ws://127.0.0.1:${String(port)}/`);
  });

  it("runs programs without a port, one at a time", async () => {
    const work = (word: string): string =>
      `console.log("${word}");\nconsole.error("begun");\nsetInterval(() => {}, 1000);\n`;
    place.write("job.ts", work("first"));
    const session = start("job.ts", "argument");
    await session.untilWritten("begun");
    place.write("job.ts", work("second"));
    await session.next("restarted");
    place.write("job.ts", "console.log(process.argv.slice(2), Object.keys(process.env));\n");
    expect(await session.next("ended")).toMatchObject({ status: 0 });
    expect((await session.end()).output).toBe("first\nsecond\n[ 'argument' ] []\n");
  });

  it("serves a folder, and the new contents of its files", async () => {
    const port = await freePort();
    place.write("public/index.html", "<p>one");
    const session = start("-e", `PORT=${port}`, "-e", "HOST=127.0.0.1", "public");
    await session.next("listening");
    const url = `http://127.0.0.1:${port}/`;
    expect(await get(url)).toBe("<p>one");
    place.write("public/index.html", "<p>two");
    await session.next("restarted");
    expect(await get(url)).toBe("<p>two");
  });

  it("says that the port is taken", async () => {
    const [, url] = await serve('"first"');
    const [, port = ""] = /:(\d+)$/.exec(url) ?? [];
    const second = start("-e", `PORT=${port}`, "-e", "HOST=127.0.0.1", "server.ts");
    expect(await second.next("portless")).toMatchObject({ reason: "the port is in use" });
    expect((await second.end()).status).toBe(125);
  });

  it("keeps a client's connection while versions are exchanged", async () => {
    const [session, url] = await serve('"one"');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<[string, boolean]> =>
      await new Promise((settle, reject) => {
        const asked = request(url, { agent }, (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (piece: string) => {
            body += piece;
          });
          response.on("end", () => settle([body, asked.reusedSocket]));
        });
        asked.on("error", reject).end();
      });
    expect(await ask()).toEqual(["one", false]);
    place.write("server.ts", service('"two"'));
    await session.next("restarted");
    expect(await ask()).toEqual(["two", true]);
    agent.destroy();
  });
});
