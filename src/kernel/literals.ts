/**
 * Rewrites the literals of a kernel source to addresses: `text("...")` to that of its UTF-8 bytes,
 * ended by a NUL, and `const name = memory.data<u32>([1, 2]);` to that of its numbers in the
 * machine's order, which nobody may change.
 *
 * An address is an imported constant, `text.<hexadecimal bytes>`, so that whoever joins the kernel
 * with an app gives memory to those literals only that something reaches. It is applied to the
 * source before asc reads it (base/text.as.ts says why) and keeps every line in its place: the
 * imports are declared behind the last one. A text follows JSON's escapes and stands on one line.
 */
export function expandLiterals(source: string): string {
  const declarations = new Map<string, string>();
  const expanded = source
    .replace(tableStatement, (statement, name: string, bits: string, numbers: string) => {
      declarations.set(name, tableBytes(numbers, Number(bits) / 8).toString("hex"));
      return statement.replaceAll(/[^\n]/g, "");
    })
    .replace(textCall, (_call, literal: string) => {
      const bytes = Buffer.from(JSON.parse(literal) as string).toString("hex");
      declarations.set(`text_${bytes}`, bytes);
      return `text_${bytes}`;
    });
  const imports = Array.from(
    declarations,
    ([name, bytes]) => `@external("text", "${bytes}") declare const ${name}: usize;\n`,
  );
  return expanded + imports.join("");
}

const textCall = /\btext\(("(?:[^"\\\n]|\\.)*")\)/g;
const tableStatement = /^const (\w+) = memory\.data<u(8|16|32|64)>\(\[([^\]]*)\]\);/gm;

function tableBytes(numbers: string, sizeBytes: number): Buffer {
  const values = numbers
    .replaceAll(/\/\/.*/g, "")
    .split(",")
    .map((text) => text.trim().replaceAll("_", ""))
    .filter((text) => text !== "");
  const bytes = Buffer.alloc(values.length * sizeBytes);
  values.forEach((text, index) => {
    for (let at = 0, value = BigInt(text); at < sizeBytes; at++, value >>= 8n) {
      bytes[index * sizeBytes + at] = Number(value & 255n);
    }
  });
  return bytes;
}
