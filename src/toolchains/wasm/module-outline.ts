/** What a module imports and exports, told by V8, which validates it on the way. */

/** One import: where from, what it is called there, and what it is. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/** One export. */
export interface ModuleExport {
  readonly name: string;
  readonly kind: string;
}

/** The outside of a valid module. */
export interface ModuleOutline {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
}

/** The part of the WebAssembly JavaScript interface (section 5.1) that is needed here. */
interface ModuleConstructor {
  new (bytes: Uint8Array): object;
  imports(module: object): readonly ModuleImport[];
  exports(module: object): readonly ModuleExport[];
}

// Node's type declarations leave the WebAssembly object to the DOM's, which Tsuki does not have.
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: ModuleConstructor } };

/** Validates a module; throws V8's CompileError, which names the offset of what is wrong. */
export function outlineModule(bytes: Uint8Array): ModuleOutline {
  const module = new WebAssembly.Module(bytes);
  return {
    imports: WebAssembly.Module.imports(module),
    exports: WebAssembly.Module.exports(module),
  };
}
