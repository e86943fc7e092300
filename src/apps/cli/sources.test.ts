import { expect, test } from "vitest";
import { defaultCodeOptions } from "../../contracts/build.ts";
import { sourcesOf } from "./sources.ts";

test.each([
  [{}, defaultCodeOptions],
  [{ fast: true }, { ...defaultCodeOptions, level: "fast" }],
  [{ memoryChecks: true }, { ...defaultCodeOptions, memory: "checked" }],
  [
    { fast: true, memoryChecks: true },
    { ...defaultCodeOptions, level: "fast", memory: "checked" },
  ],
])("the options %j ask for code made like %j", (options, code) => {
  expect(sourcesOf(["app.wasm"], options).code).toEqual(code);
});

test.each(["0", "65", "many", "-1"])("--jobs %s is refused", (jobs) => {
  expect(() => sourcesOf(["app.wasm"], { jobs })).toThrow(/is no number of threads/);
});

test.each(["1X", "A B", "-D", ""])("-D %j is refused", (define) => {
  expect(() => sourcesOf(["app.c"], { define: [define] })).toThrow(/is malformed; write NAME/);
});
