import type { TestCommand } from "./command.ts";
import { type Outcome, trapClass } from "./outcome.ts";

/** Runs of a command in V8, each in an instance of its own. */
export function runInReference({ wasm, runs }: TestCommand): Outcome[] {
  const module = new WebAssembly.Module(wasm);
  return runs.map((_, index) => runOnce(module, String(index)));
}

function runOnce(module: WebAssembly.Module, argument: string): Outcome {
  let memory: WebAssembly.Memory | undefined;
  const chunks: string[] = [];
  const view = (): DataView => new DataView(memory?.buffer ?? new ArrayBuffer(0));
  const imports = {
    wasi_snapshot_preview1: {
      fd_write: (_descriptor: number, vectors: number, _count: number, written: number): number => {
        const address = view().getUint32(vectors, true);
        const length = view().getUint32(vectors + 4, true);
        chunks.push(Buffer.from(view().buffer, address, length).toString("latin1"));
        view().setUint32(written, length, true);
        return 0;
      },
      args_get: (pointers: number, strings: number): number => {
        view().setUint32(pointers, strings, true);
        view().setUint32(pointers + 4, strings + 2, true);
        Buffer.from(view().buffer).write(`p\0${argument}\0`, strings, "latin1");
        return 0;
      },
    },
  };
  let end = "returned";
  try {
    const { exports } = new WebAssembly.Instance(module, imports);
    memory = exports.memory as WebAssembly.Memory;
    const { _start: start } = exports;
    (start as () => void)();
  } catch (error) {
    end = trapClass(error instanceof Error ? error.message : String(error));
  }
  return { output: chunks.join(""), end };
}
