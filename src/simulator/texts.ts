/** Where the kernel's texts lie in V8: behind its statics, below its heap. */
const textStart = 0x11_0000;
const textEnd = 0x11_8000;

/**
 * Puts the texts that a kernel imports (src/kernel/literals.ts) into its memory, each ended by
 * a NUL, and returns their addresses by name. Throws a RangeError when there is no more room.
 */
export function placeTexts(
  kernel: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Record<string, number> {
  const bytes = new Uint8Array(memory.buffer);
  const addresses: Record<string, number> = {};
  let next = textStart;
  for (const { module, name } of WebAssembly.Module.imports(kernel)) {
    if (module !== "text" || name in addresses) continue;
    const text = Buffer.from(name, "hex");
    if (next + text.length >= textEnd) throw new RangeError("the kernel's texts do not fit");
    bytes.set(text, next);
    addresses[name] = next;
    next += text.length + 1;
  }
  return addresses;
}
