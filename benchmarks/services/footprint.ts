/** What services take: bytes of image, resident memory after requests, system calls allowed. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withoutFolderCalls } from "../../src/image/linux/sealed-calls.ts";
import type { Bench } from "../bench.ts";
import { residentMemory } from "../process/memory.ts";
import { outputOf } from "../programs.ts";
import type { Finding } from "../report/finding.ts";
import { allowedCalls } from "./allowed-calls.ts";
import { type ServiceImages, serviceSources } from "./images.ts";
import { requestsPerSecond } from "./load.ts";
import { freePorts, startServer } from "./server.ts";

const kibibyte = 1024;
const goals = {
  typeScriptBytes: 2.5 * 1000 * 1000,
  serverBytes: 150 * kibibyte,
  siteBytes: 200 * kibibyte,
  typeScriptMemory: 8 * kibibyte * kibibyte,
  serverMemory: 1.5 * kibibyte * kibibyte,
  calls: 25,
} as const;

/** Sizes, memory and system calls of the services. */
export async function measureFootprint(bench: Bench, images: ServiceImages): Promise<Finding[]> {
  bench.note("services: sizes, memory, system calls");
  const contents = Number(
    outputOf("du", ["-sb", "--apparent-size", serviceSources.site]).split("\t")[0],
  );
  return [
    imageBytes("Hono (TypeScript), image", images.hono, goals.typeScriptBytes),
    imageBytes("http (C), image", images.httpC, goals.serverBytes),
    imageBytes("service (C), image", images.serviceC, goals.serverBytes),
    imageBytes("static site, image", images.site, goals.siteBytes + contents),
    await memory("Hono (TypeScript)", images.hono, "/json/moon", goals.typeScriptMemory),
    await memory("service (C)", images.serviceC, "/", goals.serverMemory),
    await calls(bench, "Hono (TypeScript)", serviceSources.hono),
  ];
}

function imageBytes(measure: string, path: string, goal: number): Finding {
  return { area: "services", measure, value: statSync(path).size, unit: "bytes", goal, detail: "" };
}

/** Resident memory while 16 connections are open and after they were served. */
async function memory(name: string, image: string, path: string, goal: number): Promise<Finding> {
  const [port = 0] = await freePorts(1);
  const server = await startServer({ words: [image], port });
  try {
    const rate = await requestsPerSecond(port, path);
    const { status, exact, ownPages } = residentMemory(server.processId);
    const detail = `after ${rate.toFixed(0)} requests; private dirty ${ownPages >> 10} KiB`;
    const value = Math.max(status, exact);
    return { area: "services", measure: `${name}, resident`, value, unit: "bytes", goal, detail };
  } finally {
    await server.end();
  }
}

async function calls(bench: Bench, name: string, source: string): Promise<Finding> {
  const path = bench.path("calls.wasm");
  outputOf(process.execPath, [bench.commandLine, "build", "-q", source, "-p", "node", "-o", path]);
  const kernel = readFileSync(fileURLToPath(new URL("../../dist/kernel.wasm", import.meta.url)));
  const withFolders = await allowedCalls(kernel, readFileSync(path));
  const numbers = withoutFolderCalls(withFolders);
  return {
    area: "services",
    measure: `${name}, system calls allowed`,
    value: numbers.length,
    unit: "calls",
    goal: goals.calls,
    detail: `${withFolders.length} with a mounted folder; numbers ${numbers.join(" ")}`,
  };
}
