import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../bytes/writer.ts";
import { decode } from "../wasm/decode.ts";
import { DecodeError } from "../wasm/errors.ts";
import { type LimitName, limitWords, moduleLimits } from "../wasm/limits.ts";
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
  functions: (more) => {
    const count = moduleLimits.functions + more;
    return moduleOf(
      [1, Uint8Array.of(1, 0x60, 0, 0)],
      [3, leb(count), new Uint8Array(count)],
      [10, leb(count), repeated(count, 2, 0, end)],
    );
  },
  imports: (more) => {
    const count = moduleLimits.imports + more;
    return moduleOf([2, leb(count), repeated(count, 0, 0, 3, i32, 0)]);
  },
  exports: (more) => {
    const count = moduleLimits.exports + more;
    const named = bytes((writer) => {
      for (let index = 0; index < count; index++) {
        const letters = [18, 12, 6, 0].map((shift) => 0x40 | ((index >> shift) & 0x3f));
        writer.bytes(Uint8Array.of(letters.length, ...letters, 3, 0));
      }
    });
    const global = Uint8Array.of(1, i32, 0, Opcode["i32.const"], 0, end);
    return moduleOf([6, global], [7, leb(count), named]);
  },
  globals: (more) => {
    const count = moduleLimits.globals + more;
    return moduleOf([6, leb(count), repeated(count, i32, 0, Opcode["i32.const"], 0, end)]);
  },
  tags: (more) => {
    const count = moduleLimits.tags + more;
    return moduleOf([1, Uint8Array.of(1, 0x60, 0, 0)], [13, leb(count), new Uint8Array(2 * count)]);
  },
  tables: (more) => {
    const count = moduleLimits.tables + more;
    return moduleOf([4, leb(count), repeated(count, 0x70, 0, 0)]);
  },
  "values on the stack": (more) => {
    const count = moduleLimits.operands + more;
    return functionOf(joined(repeated(count, Opcode["i32.const"], 0), Uint8Array.of(unreachable)));
  },
  "instructions of a constant expression": (more) => {
    const { "i32.add": add, "i32.const": constant } = Opcode;
    // One constant, then pairs of a constant and an addition; `end` is not counted.
    const pairs = (moduleLimits.constantInstructions - 2) / 2;
    const rest = more === 0 ? [] : [constant, 0, add];
    return moduleOf([
      6,
      Uint8Array.of(1, i32, 0, constant, 0),
      repeated(pairs, constant, 0, add),
      Uint8Array.of(...rest, end),
    ]);
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

function refusalOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a module at the limit is accepted, beyond it refused in one line", () => {
  it.each(Object.entries(makers))("%s", (_, make) => {
    const check = (more: number) => validateFunctions(decode(make(more)));
    expect(() => check(0)).not.toThrow();
    const refusal = refusalOf(() => check(1));
    expect(refusal).toBeInstanceOf(DecodeError);
    expect(refusal).toHaveProperty(
      "message",
      expect.stringMatching(/^too many .* \(at offset \d+ of the module\)$/),
    );
  });
});

describe("limits that no test reaches", () => {
  it("a module's size: beyond it nothing is read", () => {
    const size = moduleLimits.moduleBytes;
    expect(() => decode(new Uint8Array(size + 1))).toThrow(/^too many bytes: 1073741825, at most/);
    expect(() => decode(new Uint8Array(size))).not.toThrow(/too many/);
  });
});

describe("docs/limits.md", () => {
  it("has the limits of modules, and no others", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/limits.md"), "utf8");
    const table = page.split("\n## ")[1] ?? "";
    const rows = [...table.matchAll(/^\| [^|]+ \| ([\d,]+) \| too many ([^|:]+):/gm)];
    const documented = rows.map(([, number = "", words = ""]) => [
      words,
      Number(number.replaceAll(",", "")),
    ]);
    const actual = Object.entries(moduleLimits).map(([name, limit]) => [
      limitWords[name as LimitName],
      limit,
    ]);
    expect(new Map(documented as [string, number][])).toEqual(
      new Map(actual as [string, number][]),
    );
  });
});

describe("lengths that a module only claims", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 9, 10, 11])("cost nothing: section %i", (id) => {
    const claimed = moduleOf([id, Uint8Array.of(0xff, 0xff, 0x3d)]);
    expect(() => decode(claimed)).toThrow(DecodeError);
  });
});
