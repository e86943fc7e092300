/**
 * Rewrites `text("...")` in a kernel source to the address of its UTF-8 bytes, ended by a NUL.
 *
 * The address is an imported constant, `text.<hexadecimal bytes>`, so that whoever joins the kernel
 * with an app gives memory to those texts only that something reaches. It is applied to the source
 * before asc reads it (base/text.as.ts says why) and keeps every line in its place: the imports
 * are declared behind the last one. The literal follows JSON's escapes and stands on one line.
 */
export function expandTextLiterals(source: string): string {
  const used = new Set<string>();
  const expanded = source.replace(/\btext\(("(?:[^"\\\n]|\\.)*")\)/g, (_call, literal: string) => {
    const name = Buffer.from(JSON.parse(literal) as string).toString("hex");
    used.add(name);
    return `text_${name}`;
  });
  const declarations = [...used].map(
    (name) => `@external("text", "${name}") declare const text_${name}: usize;\n`,
  );
  return expanded + declarations.join("");
}
