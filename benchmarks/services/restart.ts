/** How long `tsuki dev` takes from an edit to the first answer of the new version. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Finding } from "../report/finding.ts";
import { estimate, quantile } from "../report/statistics.ts";

const thoroughRounds = 30;
const goalMs = 100;

/** Between two edits, so that the next process is ready, as it is when people edit. */
const restMs = 700;

/** Edits a service that is being developed, and asks it until it answers with the edit. */
export async function measureRestart(bench: Bench): Promise<Finding> {
  bench.note("services: exchanging a version in development");
  const folder = bench.path("developed");
  mkdirSync(folder);
  const port = await freePort();
  write(folder, 0);
  const words = ["dev", "-q", "-e", `PORT=${port}`, "-e", "HOST=127.0.0.1", "server.ts"];
  const session = spawn(process.execPath, [bench.commandLine, ...words], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(session, "exit");
  const runs: number[] = [];
  try {
    await untilAnswered(port, "0");
    for (let round = 1; round <= bench.rounds(thoroughRounds); round++) {
      await pause(restMs);
      const before = performance.now();
      write(folder, round);
      await untilAnswered(port, String(round));
      runs.push(performance.now() - before);
    }
  } finally {
    session.kill("SIGTERM");
    await ended;
  }
  const { value, ...range } = estimate(runs);
  const [low, high] = [quantile(runs, 0.25).toFixed(0), quantile(runs, 0.75).toFixed(0)];
  const detail = `from the write to the first answer; middle half ${low}-${high} ms`;
  const measure = "TypeScript service in development, edit to first answer";
  return { area: "services", measure, value, range, unit: "ms", goal: goalMs, detail };
}

function write(folder: string, version: number): void {
  writeFileSync(
    join(folder, "server.ts"),
    `export default { fetch: (request: Request) => new Response("${version}") };\n`,
  );
}

async function untilAnswered(port: number, wanted: string): Promise<void> {
  while ((await ask(port)) !== wanted) await pause(1);
}

/** The body of an answer; nothing while there is none. */
async function ask(port: number): Promise<string | undefined> {
  return await new Promise((settle) => {
    const request = get({ port, host: "127.0.0.1", agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      response.on("end", () => settle(body));
    });
    request.on("error", () => settle(undefined));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => void server.listen(0, "127.0.0.1", settle));
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
