import { describe, expect, it } from "vitest";
import { loopInvariants } from "./loop-invariants.ts";
import { bodyAfter, lines } from "./passes.fixture.ts";

function after(body: string, signature = "(i32, i32) -> ()"): string {
  return bodyAfter(loopInvariants, `function "f"${signature} {\n${lines(body)}\n}`);
}

describe("loop-invariants", () => {
  it("computes before a loop, and before the loops around it, what stays the same in them", () => {
    const body = after(`
      block0(v0: i32, v1: i32):
        jump block1
      block1:
        v2 = i32 load.unsigned32.app v0
        jump block2
      block2:
        v3 = i32 multiply v0, v1
        v4 = i32 add v2, v3
        store.unsigned32.app v4, v3
        branch v3, block2, block3
      block3:
        branch v1, block1, block4
      block4:
        return()`);
    expect(body).toBe(
      lines(`
        block0(v0: i32, v1: i32):
          v2 = i32 multiply v0, v1
          jump block1
        block1:
          v3 = i32 load.unsigned32.app v0
          v4 = i32 add v3, v2
          jump block2
        block2:
          store.unsigned32.app v4, v2
          branch v2, block2, block3
        block3:
          branch v1, block1, block4
        block4:
          return()`),
    );
  });

  it("makes a block before a loop that is entered from several places", () => {
    const body = after(`
      block0(v0: i32, v1: i32):
        branch v0, block1(v0), block1(v1)
      block1(v2: i32):
        v3 = i32 multiply v0, v1
        v4 = i32 add v2, v3
        branch v4, block1(v4), block2
      block2:
        return()`);
    expect(body).toBe(
      lines(`
        block0(v0: i32, v1: i32):
          branch v0, block1(v0), block1(v1)
        block1(v2: i32):
          v3 = i32 multiply v0, v1
          jump block2(v2)
        block2(v4: i32):
          v5 = i32 add v4, v3
          branch v5, block2(v5), block3
        block3:
          return()`),
    );
  });

  const loopOf = (round: string) => `
      block0(v0: i32, v1: i32):
        jump block1
      block1:
${round.replace(/^/gm, " ".repeat(8))}
        branch v1, block1, block2
      block2:
        return()`;

  const movesLoad = (round: string) => {
    const [entry = ""] = after(loopOf(round)).split("block1");
    return entry.includes("load");
  };

  it("reads memory once that nothing in the loop may write", () => {
    expect(movesLoad("v2 = i32 load.unsigned32.app v0")).toBe(true);
    expect(movesLoad("v2 = i32 load.unsigned32.app v0\nstore.unsigned8.app v1, v0")).toBe(false);
    expect(movesLoad("v2 = i32 load.unsigned32.app v0\ncall @7()")).toBe(false);
    expect(movesLoad("v2 = i32 load.unsigned32.app v0\natomicFence")).toBe(false);
  });

  it("reads variables once apart from those that the loop writes", () => {
    expect(movesLoad("v2 = i32 loadSymbol.unsigned32 @7\nstore.unsigned8.app v1, v0")).toBe(true);
    expect(movesLoad("v2 = i32 loadSymbol.unsigned32 @7\nstoreSymbol.unsigned32 v0 @7")).toBe(
      false,
    );
    expect(movesLoad("v2 = i32 loadSymbol.unsigned32 @7\nstoreSymbol.unsigned32 v0 @8")).toBe(true);
  });

  it("moves no load over what may trap in another way", () => {
    expect(movesLoad("trapIf.unreachable v0\nv2 = i32 load.unsigned32.app v0")).toBe(false);
  });

  it("leaves what only some rounds compute, and what may trap, where it is", () => {
    const body = `
      block0(v0: i32, v1: i32):
        jump block1
      block1:
        v2 = i32 divideSigned v0, v1
        branch v0, block2, block3
      block2:
        v3 = i32 multiply v0, v1
        store.unsigned32.app v3, v2
        jump block3
      block3:
        branch v1, block1, block4
      block4:
        return()`;
    expect(after(body)).toBe(lines(body));
  });

  it("leaves cheap values in loops into which many come already", () => {
    const names = Array.from({ length: 9 }, (_, index) => index);
    const uses = names.map((name) => `        store.unsigned8.app v${name}, v${name}`).join("\n");
    const body = (round: string) => `
      block0(${names.map((name) => `v${name}: i32`).join(", ")}):
        jump block1
      block1:
${round}
${uses}
        branch v1, block1, block2
      block2:
        return()`;
    const signature = `(${names.map(() => "i32").join(", ")}) -> ()`;
    const [entry = ""] = after(body("        v9 = i32 add v0, v1"), signature).split("block1");
    expect(entry).not.toContain("add");
  });
});
