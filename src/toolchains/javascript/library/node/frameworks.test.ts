import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "../engine-run.fixture.ts";
import type { ScriptedRequest } from "../fake-host.fixture.ts";

const json = ["host", "localhost:8080", "content-type", "application/json", "content-length", "9"];
const form = [
  "host",
  "localhost:8080",
  "content-type",
  "application/x-www-form-urlencoded",
  "content-length",
  "7",
];
const post: ScriptedRequest = {
  method: "POST",
  target: "/api/users",
  headers: json,
  body: ['{"a"', ":[1]}"],
};

async function answers(program: string, requests: readonly ScriptedRequest[]): Promise<unknown> {
  const file = fileURLToPath(new URL(`programs/${program}.fixture.ts`, import.meta.url));
  const { exchanges, errors } = await runInEngine(file, { requests });
  expect(errors.replace(/[^]*failed on purpose[^]*/, "")).toBe("");
  expect(exchanges.every(({ isEnded, isAborted }) => isEnded && !isAborted)).toBe(true);
  return exchanges.map(({ status, body }) => [status, body]);
}

describe("programs that were written for others", () => {
  const requests = [{}, { target: "/api/users/7?q=x" }, post, { target: "/nothing" }];

  it.each(["hono", "hono-node"])("%s runs unchanged", async (program) => {
    const formPost = { method: "POST", target: "/form", headers: form, body: ["a=1&b=2"] };
    expect(
      await answers(program, [...requests, formPost, { target: "/stream" }, { target: "/fail" }]),
    ).toEqual([
      [200, "Hello Hono"],
      [200, '{"id":"7","q":"x"}'],
      [201, '{"a":[1]}'],
      [404, "404 Not Found"],
      [200, '{"a":"1","b":"2"}'],
      [200, "one\ntwo\n"],
      [500, "Internal Server Error"],
    ]);
  });

  it("itty-router runs unchanged", async () => {
    expect(await answers("itty", [...requests, { target: "/fail" }])).toEqual([
      [200, '"Hello itty"'],
      [200, '{"id":"7","q":"x"}'],
      [200, '{"a":[1]}'],
      [404, '{"status":404,"error":"Not Found"}'],
      [418, '{"status":418,"error":"a teapot"}'],
    ]);
  });

  it("a server on node:http runs unchanged", async () => {
    const pipe = {
      method: "PUT",
      target: "/pipe",
      headers: ["host", "a", "transfer-encoding", "chunked"],
      body: ["x", "y"],
    };
    expect(
      await answers("http", [
        {},
        post,
        { target: "/stream" },
        pipe,
        { target: "/no?a=1", headers: ["host", "a", "user-agent", "test"] },
      ]),
    ).toEqual([
      [200, "Hello node"],
      [201, '{"a":[1]}'],
      [200, "one\ntwo\n"],
      [200, "xy"],
      [404, '{"query":{"a":"1"},"agent":"test"}'],
    ]);
  });
});
