/**
 * Text in an image: `text("...")` is the address of the literal's UTF-8 bytes, ended by a NUL.
 *
 * The build (literals.ts) rewrites each call to an imported constant before asc sees it: the
 * linker puts the texts that are reached into read-only memory. asc's own string literals would
 * be UTF-16 behind a 20-byte header, and in every image.
 */
export declare function text(literal: string): usize;
