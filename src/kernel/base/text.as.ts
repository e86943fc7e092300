/**
 * Text in an image: `text("...")` is the address of the literal's UTF-8 bytes, ended by a NUL.
 *
 * The build (text-literals.ts) rewrites each call to `memory.data<u8>([...])` before asc sees it.
 * asc's own string literals would be UTF-16 behind a 20-byte header: three times as large, in
 * every image.
 */
export declare function text(literal: string): usize;
