import { describe, expect, it } from "vitest";
import { ByteWriter } from "../bytes/writer.ts";
import { decode } from "../wasm/decode.ts";
import { DecodeError } from "../wasm/errors.ts";
import { moduleLimits } from "../wasm/limits.ts";
import { Opcode } from "../wasm/opcodes.ts";
import { validateFunctions } from "./validate.ts";

const i32 = 0x7f;

function bytes(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.toBytes();
}

function leb(value: number): Uint8Array {
  return bytes((writer) => writer.unsignedLeb(value));
}

/** A module of sections: each an id and parts that are joined. */
function moduleOf(...sections: readonly (readonly [number, ...Uint8Array[]])[]): Uint8Array {
  return bytes((module) => {
    module.u32(0x6d736100);
    module.u32(1);
    for (const [id, ...parts] of sections) {
      module.u8(id);
      module.unsignedLeb(parts.reduce((sum, { length }) => sum + length, 0));
      for (const part of parts) module.bytes(part);
    }
  });
}

/** A module of one function with these types, local declarations and instructions. */
function functionOf(
  code: Uint8Array,
  { parameters = 0, results = 0, locals = 0 } = {},
): Uint8Array {
  const types = (count: number) => [leb(count), new Uint8Array(count).fill(i32)];
  const declared = locals === 0 ? leb(0) : Uint8Array.of(1, ...leb(locals), i32);
  const length = leb(declared.length + code.length + 1);
  return moduleOf(
    [1, Uint8Array.of(1, 0x60), ...types(parameters), ...types(results)],
    [3, Uint8Array.of(1, 0)],
    [10, leb(1), length, declared, code, Uint8Array.of(Opcode.end)],
  );
}

function repeated(count: number, ...code: readonly number[]): Uint8Array {
  return bytes((writer) => {
    for (let index = 0; index < count; index++) writer.bytes(Uint8Array.from(code));
  });
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return bytes((writer) => {
    for (const part of parts) writer.bytes(part);
  });
}

const { block, br_table: branchTable, end, nop, unreachable } = Opcode;

/** A module at each limit, or beyond it by `more`. */
const makers: Readonly<Record<string, (more: number) => Uint8Array>> = {
  types: (more) => {
    const count = moduleLimits.types + more;
    return moduleOf([1, leb(count), repeated(count, 0x60, 0, 0)]);
  },
  parameters: (more) =>
    functionOf(Uint8Array.of(nop), { parameters: moduleLimits.parameters + more }),
  results: (more) =>
    functionOf(Uint8Array.of(unreachable), { results: moduleLimits.results + more }),
  locals: (more) => functionOf(Uint8Array.of(nop), { locals: moduleLimits.locals + more }),
  "locals and parameters": (more) =>
    functionOf(Uint8Array.of(nop), { parameters: 9, locals: moduleLimits.locals - 9 + more }),
  "bytes of a body": (more) =>
    functionOf(new Uint8Array(moduleLimits.functionBytes - 2 + more).fill(nop)),
  "labels of br_table": (more) => {
    const count = moduleLimits.switchLabels + more;
    const table = joined(
      Uint8Array.of(unreachable, branchTable),
      leb(count),
      new Uint8Array(count + 1),
    );
    return functionOf(table);
  },
  nesting: (more) => {
    const count = moduleLimits.nesting + more;
    return functionOf(joined(repeated(count, block, 0x40), repeated(count, end)));
  },
  "table entries": (more) =>
    moduleOf([4, Uint8Array.of(1, 0x70, 0), leb(moduleLimits.tableEntries + more)]),
  memories: (more) => {
    const count = moduleLimits.memories + more;
    return moduleOf([5, leb(count), repeated(count, 0, 1)]);
  },
  "pages of memory": (more) =>
    moduleOf([5, Uint8Array.of(1, 0), leb(moduleLimits.memoryPages + more)]),
  "data segments": (more) => {
    const count = moduleLimits.dataSegments + more;
    return moduleOf([11, leb(count), repeated(count, 1, 0)]);
  },
};

describe("a module at the limit is accepted, beyond it refused in one line", () => {
  it.each(Object.entries(makers))("%s", (_, make) => {
    const check = (more: number) => validateFunctions(decode(make(more)));
    expect(() => check(0)).not.toThrow();
    expect(() => check(1)).toThrow(DecodeError);
    expect(() => check(1)).toThrow(/^too many .* \(at offset \d+ of the module\)$/);
  });
});

describe("lengths that a module only claims", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 9, 10, 11])("cost nothing: section %i", (id) => {
    const claimed = moduleOf([id, Uint8Array.of(0xff, 0xff, 0x3d)]);
    expect(() => decode(claimed)).toThrow(DecodeError);
  });
});
