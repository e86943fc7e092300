/** What V8 says of a module: undefined when it is valid, else its message. */
export function refusalByV8(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    new WebAssembly.Module(bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return error.message;
  }
}
