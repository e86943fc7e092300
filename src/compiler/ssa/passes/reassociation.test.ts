import { describe, expect, it } from "vitest";
import { bodyAfter, lines } from "./passes.fixture.ts";
import { reassociation } from "./reassociation.ts";

/** The round of a loop that counts v4 up and hands v3 and v10 on, before and after the pass. */
function after(round: string): string {
  const text = `function "f"(i32, i32, i32) -> () {
  block0(v0: i32, v1: i32, v2: i32):
    jump block1(v0, v1)
  block1(v3: i32, v4: i32):
${lines(round).replace(/^/gm, "    ")}
    branch v10, block1(v10, v3), block2
  block2:
    return()
  }`;
  const body = bodyAfter(reassociation, text).split("\n");
  return body.slice(3, -3).join("\n").replace(/^ {2}/gm, "");
}

describe("reassociation", () => {
  it("adds last what the round computes last, and before what the round before left last", () => {
    // v3 is known late, v4 is what v3 was before, and the load waits for neither.
    const round = `
      v5 = i32 rotateLeft v3, v1
      v6 = i32 xor v5, v3
      v7 = i32 add v6, v3
      v8 = i32 add v7, v4
      v9 = i32 load.unsigned32.app v2
      v10 = i32 add v8, v9`;
    expect(after(round)).toBe(
      lines(`
      v5 = i32 rotateLeft v3, v1
      v6 = i32 xor v5, v3
      v7 = i32 load.unsigned32.app v2
      v8 = i32 add v4, v7
      v9 = i32 add v8, v3
      v10 = i32 add v9, v6`),
    );
  });

  const unchanged = (round: string) => expect(after(round)).toBe(lines(round));

  it("leaves sums alone that gain nothing", () => {
    unchanged(`
      v5 = i32 add v0, v1
      v6 = i32 add v5, v4
      v7 = i32 multiply v6, v6
      v8 = i32 multiply v7, v7
      v9 = i32 multiply v8, v8
      v10 = i32 add v9, v0`);
  });

  it("leaves alone what is used elsewhere too, and other operations", () => {
    unchanged(`
      v5 = i32 multiply v3, v3
      v6 = i32 add v5, v0
      v7 = i32 add v6, v1
      v8 = i32 multiply v6, v7
      v9 = i32 subtract v8, v1
      v10 = i32 subtract v9, v0`);
  });
});
