/** How many requests a second services answer, beside their peers in the same rounds. */
import { writeFileSync } from "node:fs";
import type { Bench } from "../bench.ts";
import { findProgram } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import type { ServiceImages } from "./images.ts";
import { loadGenerator, requestsPerSecond } from "./load.ts";
import { freePorts, type Server, type ServerCommand, startServer } from "./server.ts";

const thoroughRounds = 7;

/** What is loaded: a server and a path on it. */
const targets = {
  "http (C)": { server: "http-c", path: "/" },
  "service (C)": { server: "service-c", path: "/" },
  "epoll in C": { server: "epoll", path: "/" },
  nginx: { server: "nginx", path: "/" },
  "hello (TypeScript)": { server: "hello", path: "/" },
  "Hono with JSON": { server: "hono", path: "/json/moon" },
  "Node's http": { server: "node", path: "/" },
  "Node's http with JSON": { server: "node", path: "/json/moon" },
} as const;

type TargetName = keyof typeof targets;

interface Comparison {
  readonly ours: TargetName;
  readonly peer: TargetName;
  /** The least ratio that meets the goal. */
  readonly goal?: number;
}

const comparisons: readonly Comparison[] = [
  { ours: "http (C)", peer: "epoll in C", goal: 0.9 },
  { ours: "service (C)", peer: "epoll in C" },
  { ours: "service (C)", peer: "nginx" },
  { ours: "hello (TypeScript)", peer: "Node's http", goal: 0.5 },
  { ours: "Hono with JSON", peer: "Node's http with JSON", goal: 0.3 },
];

/** Requests a second by target, in the order of the rounds. */
type Rates = ReadonlyMap<TargetName, readonly number[]>;

/** Loads every server once a round, each round beginning with another one. */
export async function measureThroughput(bench: Bench, images: ServiceImages): Promise<Finding[]> {
  bench.note(`services: requests, from ${loadGenerator}`);
  const commands = await serverCommands(bench, images);
  const servers = new Map<string, Server>();
  try {
    for (const [name, command] of commands) servers.set(name, await startServer(command));
    const rates = await loadByTurns(servers, bench.rounds(thoroughRounds));
    return comparisons.map((comparison) => compared(comparison, rates));
  } finally {
    for (const server of servers.values()) await server.end();
  }
}

async function serverCommands(
  bench: Bench,
  { httpC, serviceC, hello, hono, epoll, node }: ServiceImages,
): Promise<Map<string, ServerCommand>> {
  const nginx = findProgram("nginx", ["-v"]);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = await freePorts(7);
  const commands: (readonly [string, port: number, string[] | undefined])[] = [
    ["http-c", a, [httpC, `${a}`]],
    ["service-c", b, [serviceC]],
    ["epoll", c, epoll === undefined ? undefined : [epoll, `${c}`]],
    ["nginx", d, nginx === undefined ? undefined : nginxWords(bench, nginx, d)],
    ["hello", e, [hello]],
    ["hono", f, [hono]],
    ["node", g, [...node]],
  ];
  return new Map(
    commands.flatMap(([name, port, words]) =>
      words === undefined ? [] : [[name, { words, port }]],
    ),
  );
}

/** nginx without files: it returns a text. */
function nginxWords(bench: Bench, nginx: string, port: number): string[] {
  const path = bench.path("nginx.conf");
  const lines = [
    "daemon off;",
    "worker_processes 1;",
    `pid ${bench.path("nginx.pid")};`,
    "error_log stderr;",
    "events { worker_connections 256; }",
    "http {",
    "  access_log off;",
    "  keepalive_requests 1000000;",
    `  server { listen 127.0.0.1:${port}; location / { return 200 "Hello from C!"; } }`,
    "}",
  ];
  writeFileSync(path, lines.join("\n"));
  return [nginx, "-c", path];
}

async function loadByTurns(servers: ReadonlyMap<string, Server>, rounds: number): Promise<Rates> {
  const names = Object.keys(targets) as TargetName[];
  const present = names.filter((name) => servers.has(targets[name].server));
  const rates = new Map<TargetName, number[]>(present.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < present.length; turn++) {
      const name = present[(round + turn) % present.length] as TargetName;
      const { server, path } = targets[name];
      rates.get(name)?.push(await requestsPerSecond(servers.get(server)?.port ?? 0, path));
    }
  }
  return rates;
}

function compared({ ours, peer, goal }: Comparison, rates: Rates): Finding {
  const measure = `${ours}, requests against ${peer}`;
  const own = rates.get(ours);
  const others = rates.get(peer);
  if (own === undefined || others === undefined) {
    return skipped("services", measure, `needs ${own === undefined ? ours : peer}`);
  }
  const { value, ...range } = pairedRatio(own, others);
  const detail = `${thousands(own)} : ${thousands(others)} a second, by ${loadGenerator}`;
  const finding: Finding = { area: "services", measure, value, range, unit: "x", detail };
  return goal === undefined ? finding : { ...finding, goal, isGoalLeast: true };
}

function thousands(rates: readonly number[]): string {
  return `${(median(rates) / 1000).toFixed(1)}k`;
}
