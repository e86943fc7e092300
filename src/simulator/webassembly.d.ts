// The WebAssembly JavaScript interface (sections 5.1 to 5.10), as far as it is used: Node's type
// declarations leave it to the DOM's, which Tsuki does not have.
declare namespace WebAssembly {
  type ImportValue = unknown;
  type Imports = Readonly<Record<string, Readonly<Record<string, ImportValue>>>>;
  type Exports = Readonly<Record<string, unknown>>;

  interface ImportDescriptor {
    readonly module: string;
    readonly name: string;
    readonly kind: string;
  }

  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): ImportDescriptor[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum?: number });
    readonly buffer: ArrayBuffer;
    /** Pages before; throws a RangeError. */
    grow(pages: number): number;
  }

  class CompileError extends Error {}

  class RuntimeError extends Error {}
}
