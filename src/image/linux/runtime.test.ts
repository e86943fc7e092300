import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import { wellKnownSymbols } from "../../compiler/object/symbols.ts";
import {
  assembleChunk,
  canRunProcesses,
  linkProcess,
  runProcess,
  systemCall,
  zeroChunk,
} from "./process.fixture.ts";

const { rax, rdx, rsi, rdi, rbx } = Register;
const bufferBytes = 1024;
const recordBytes = 16;

/** Reads (target offset, source offset or byte, length) from stdin, calls, writes the buffer. */
const { image } = linkProcess((symbols) => [
  assembleChunk(symbols, "kernel.boot", (assembler) => {
    const buffer = symbols.intern("test.buffer");
    const record = symbols.intern("test.record");
    const again = assembler.newLabel();
    const fill = assembler.newLabel();
    const done = assembler.newLabel();
    const written = assembler.newLabel();
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rbx, buffer, 0);
    assembler.bind(again);
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsi, record, 0);
    assembler.emitImmediate(Form.mov_r32_imm32, rdi, 0);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, recordBytes);
    systemCall(assembler, 0);
    assembler.emit(Form.cmp_rm64_imm8, rax, 0, recordBytes);
    assembler.jump(Form.jne_rel32, done);
    assembler.emitRelativeSymbol(Form.mov_r32_rm32, rdi, record, 0);
    assembler.emitRelativeSymbol(Form.mov_r32_rm32, rsi, record, 4);
    assembler.emitRelativeSymbol(Form.mov_r32_rm32, rdx, record, 8);
    assembler.emitRelativeSymbol(Form.mov_r32_rm32, rax, record, 12);
    assembler.emitMemory(Form.lea_r64_m, rdi, rdi, rbx, 0, 0);
    assembler.emit(Form.test_rm32_r32, rax, rax);
    assembler.jump(Form.jne_rel8, fill);
    assembler.emitMemory(Form.lea_r64_m, rsi, rsi, rbx, 0, 0);
    assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.move));
    assembler.jump(Form.jmp_rel8, written);
    assembler.bind(fill);
    assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.fill));
    assembler.bind(written);
    assembler.emit(Form.mov_r32_rm32, rsi, rbx);
    assembler.emitImmediate(Form.mov_r32_imm32, rdi, 1);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, bufferBytes);
    systemCall(assembler, 1);
    assembler.jump(Form.jmp_rel32, again);
    assembler.bind(done);
    systemCall(assembler, 231, 0);
  }),
  assembleChunk(symbols, "kernel.trap", (assembler) => {
    assembler.emitMemory(Form.mov_r32_rm32, rax, noRegister, noRegister, 0, 0);
  }),
  zeroChunk(symbols, "test.buffer", bufferBytes),
  zeroChunk(symbols, "test.record", recordBytes),
]);

interface Operation {
  readonly target: number;
  /** Source offset, or the byte to fill with. */
  readonly source: number;
  readonly length: number;
  readonly fill: boolean;
}

function encode(operations: readonly Operation[]): Uint8Array {
  return new Uint8Array(
    Uint32Array.from(
      operations.flatMap(({ target, source, length, fill }) => [
        target,
        source,
        length,
        fill ? 1 : 0,
      ]),
    ).buffer,
  );
}

/** Performs the operations here and there and compares the buffer after each. */
function compare(operations: readonly Operation[]): void {
  const { status, stdout } = runProcess(image, encode(operations));
  expect(status).toBe(0);
  expect(stdout.length).toBe(bufferBytes * operations.length);
  const model = new Uint8Array(bufferBytes);
  operations.forEach(({ target, source, length, fill }, index) => {
    if (fill) model.fill(source, target, target + length);
    else model.copyWithin(target, source, source + length);
    const actual = stdout.subarray(bufferBytes * index, bufferBytes * (index + 1));
    if (Buffer.compare(actual, model) !== 0) {
      throw new Error(`differs after ${JSON.stringify(operations[index])}`);
    }
  });
}

/** Makes the buffer's bytes distinct again. */
function mark(seed: number): Operation[] {
  return Array.from({ length: 32 }, (_, part) => ({
    target: part * 32 + (seed % 7),
    source: (seed * 31 + part * 7 + 1) & 255,
    length: 1 + ((seed + part) % 25),
    fill: true,
  }));
}

describe.skipIf(!canRunProcesses)("runtime.move and runtime.fill", () => {
  it("work for every length up to 300, apart and overlapping both ways", () => {
    const operations: Operation[] = [];
    for (let length = 0; length <= 300; length++) {
      operations.push({ target: 3, source: length, length, fill: true }, ...mark(length));
      for (const distance of [-400, -65, -17, -8, -1, 0, 1, 7, 16, 33, 64, 100, 380]) {
        operations.push({ target: 410 + distance, source: 410, length, fill: false });
      }
    }
    compare(operations);
  });

  it("work for arbitrary ranges, in sequence", () => {
    const operation = fc
      .record({
        target: fc.nat({ max: bufferBytes }),
        source: fc.nat({ max: bufferBytes }),
        length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: bufferBytes })),
        fill: fc.boolean(),
      })
      .map((candidate) => {
        const { target, source, fill } = candidate;
        const room = bufferBytes - Math.max(target, fill ? 0 : source);
        return {
          ...candidate,
          source: fill ? source & 255 : source,
          length: Math.min(candidate.length, room),
        };
      });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 100, maxLength: 400 }), (operations) => {
        compare([...mark(operations.length), ...operations]);
      }),
      { numRuns: 20 },
    );
  });
});
