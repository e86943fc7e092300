import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decode } from "../wasm/decode.ts";
import { DecodeError, UnsupportedError } from "../wasm/errors.ts";
import { InstructionReader } from "../wasm/instruction-reader.ts";
import type { Module } from "../wasm/module.ts";
import { immediateKinds, Opcode, opcodeLimit } from "../wasm/opcodes.ts";
import { refusalByV8 } from "./v8.fixture.ts";
import { validateFunctions } from "./validate.ts";

const folder = fileURLToPath(new URL("../../../tests/differential/batch/", import.meta.url));
const modules = readdirSync(folder)
  .filter((name) => name.endsWith(".wasm"))
  .map((name) => new Uint8Array(readFileSync(`${folder}${name}`)))
  .filter((bytes) => refusalByV8(bytes) === undefined);

/** "valid", "unsupported", or why a module is refused. */
function verdict(bytes: Uint8Array): string {
  try {
    validateFunctions(decode(bytes));
    return "valid";
  } catch (error) {
    if (error instanceof UnsupportedError) return "unsupported";
    if (!(error instanceof DecodeError)) throw error;
    expect(error.message).not.toContain("\n");
    return error.message;
  }
}

/** What differs between V8's verdict and ours; features that only one of them has apart. */
function disagreement(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  const ours = verdict(bytes);
  if (ours === "unsupported") return undefined;
  const theirs = refusalByV8(bytes) ?? "valid";
  if ((ours === "valid") === (theirs === "valid")) return undefined;
  return laterThanV8.test(theirs) ? undefined : `V8: ${theirs}; ours: ${ours}`;
}

/** What the V8 of Node 20 refuses though the standard allows it now. */
const laterThanV8 = new RegExp(
  [
    "non-imported globals cannot be used in constant expressions",
    "invalid value type 'noexternref'", // 0x69, which became exnref
    "Invalid opcode 0x(a|1f)\\b", // throw_ref and try_table
    "memory count of \\d+ exceeds internal limit of 1",
    "expected memory index 0",
    "actual alignment is (6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])", // flags that a memory's index follows
  ].join("|"),
);

/** Where each instruction of a module begins, and its opcode. */
function instructions(module: Module): { readonly at: number; readonly opcode: number }[] {
  return module.functions.flatMap(({ body }, index) => {
    if (body === undefined) return [];
    const reader = new InstructionReader(module, index);
    const found = [];
    while (!reader.atEnd) {
      reader.next();
      found.push({ at: reader.offset, opcode: reader.opcode });
    }
    return found;
  });
}

/** Opcodes of one byte that have the same immediates. */
function alike(opcode: number): number[] {
  const kind = immediateKinds[opcode];
  return Array.from({ length: Math.min(opcodeLimit, 0x100) }, (_, code) => code).filter(
    (code) => immediateKinds[code] === kind && code !== Opcode.else,
  );
}

const subjects = modules.map((bytes) => ({ bytes, places: instructions(decode(bytes)) }));

it("accepts what V8 accepts", () => {
  expect(modules.length).toBeGreaterThan(50);
  for (const bytes of modules) expect(verdict(bytes)).toBe("valid");
});

it("agrees with V8 when instructions are exchanged for others with the same immediates", () => {
  const exchange = fc.tuple(fc.nat(), fc.nat());
  fc.assert(
    fc.property(
      fc.nat(subjects.length - 1),
      fc.array(exchange, { minLength: 1, maxLength: 2 }),
      (which, exchanges) => {
        const { bytes, places } = subjects[which] ?? { bytes: new Uint8Array(0), places: [] };
        const mutant = Uint8Array.from(bytes);
        for (const [place, choice] of exchanges) {
          const { at, opcode } = places[place % places.length] ?? { at: 0, opcode: 0 };
          if (opcode >= 0x100) continue;
          const codes = alike(opcode);
          mutant[at] = codes[choice % codes.length] ?? 0;
        }
        expect(disagreement(mutant)).toBeUndefined();
      },
    ),
    { numRuns: Number(process.env.TSUKI_RUNS ?? 400) },
  );
}, 600_000);

it("agrees with V8 when an instruction is taken out", () => {
  fc.assert(
    fc.property(fc.nat(subjects.length - 1), fc.nat(), (which, place) => {
      const { bytes, places } = subjects[which] ?? { bytes: new Uint8Array(0), places: [] };
      const index = place % (places.length - 1);
      const mutant = Uint8Array.from(bytes);
      const start = places[index]?.at ?? 0;
      const end = places[index + 1]?.at ?? start;
      // From the last instruction of a function to the first of the next stands more than code.
      if (places[index]?.opcode === Opcode.end) return;
      mutant.fill(Opcode.nop, start, end);
      expect(disagreement(mutant)).toBeUndefined();
    }),
    { numRuns: Number(process.env.TSUKI_RUNS ?? 400) },
  );
}, 600_000);

it("agrees with V8 when bytes change anywhere", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean());
  fc.assert(
    fc.property(
      fc.nat(subjects.length - 1),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (which, changes) => {
        const { bytes, places } = subjects[which] ?? { bytes: new Uint8Array(0), places: [] };
        const mutant = Uint8Array.from(bytes);
        const codeStart = places[0]?.at ?? bytes.length;
        for (const [at, value, isInFront] of changes) {
          mutant[at % (isInFront ? codeStart : bytes.length)] = value;
        }
        expect(disagreement(mutant)).toBeUndefined();
      },
    ),
    { numRuns: Number(process.env.TSUKI_RUNS ?? 400) },
  );
}, 600_000);
