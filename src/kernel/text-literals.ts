/**
 * Rewrites `text("...")` in a kernel source to the address of its UTF-8 bytes, ended by a NUL.
 *
 * It is applied to the source before asc reads it (base/text.as.ts says why) and keeps every line
 * in its place. The literal follows JSON's escapes and stands on one line.
 */
export function expandTextLiterals(source: string): string {
  return source.replace(/\btext\(("(?:[^"\\\n]|\\.)*")\)/g, (_call, literal: string) => {
    const bytes = new TextEncoder().encode(`${JSON.parse(literal) as string}\0`);
    return `memory.data<u8>([${bytes.join(", ")}])`;
  });
}
