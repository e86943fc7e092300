import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  bundleName,
  engineEvents,
  engineFunctions,
  engineGlobal,
} from "../../contracts/engine-interface.ts";

const folder = new URL("./", import.meta.url);

function source(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}

function constant(text: string, name: string): number {
  return Number(new RegExp(`const ${name}: [iu]32 = (\\d+);`).exec(text)?.[1]);
}

// AssemblyScript cannot import the contract, so that its numbers stand there a second time.
it("calls functions by the contract's numbers", () => {
  const names = Object.keys(engineFunctions);
  const text = source("host-call.as.ts");
  expect(constant(text, "firstHttp")).toBe(names.indexOf("httpListen"));
  expect(constant(text, "firstStream")).toBe(names.indexOf("tcpConnect"));
  expect(constant(text, "firstDatagram")).toBe(names.indexOf("udpBind"));
  expect(constant(text, "firstFile")).toBe(names.indexOf("fileRead"));
  const instance = ["log", "exit", "monotonicTime", "wallTime", "random", "setDeadline"];
  const rest = ["arguments", "environment", "facts"];
  expect(names.slice(0, 9)).toEqual([...instance, ...rest]);
});

it("delivers events by the contract's numbers", () => {
  const text = source("event-numbers.table.as.ts");
  for (const [name, number] of Object.entries(engineEvents)) {
    expect([name, constant(text, `${name}Event`)]).toEqual([name, number]);
  }
});

it("knows the contract's names", () => {
  expect(source("hidden-object.as.ts")).toContain(`text("${engineGlobal}")`);
  expect(source("output.as.ts")).toContain(`text("${bundleName}:")`);
});

it("finds QuickJS's random state where the build does", () => {
  const build = readFileSync(new URL("../../toolchains/javascript/quickjs.ts", folder), "utf8");
  const offset = constant(source("quickjs.as.ts"), "randomStateOffset");
  expect(build).toContain(`const randomStateOffset = ${offset};`);
});
