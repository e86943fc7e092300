import fastCheck from "fast-check";

/** Calls `check` with a file that is cut somewhere, and of which some bytes are others, many times. */
export function forEditedFiles(good: Buffer, check: (file: Buffer) => void): void {
  const edit = fastCheck.tuple(fastCheck.nat(good.length - 1), fastCheck.nat(255));
  const edits = fastCheck.array(edit, { maxLength: 8 });
  fastCheck.assert(
    fastCheck.property(edits, fastCheck.nat(good.length), (list, length) => {
      const file = Buffer.from(good.subarray(0, length));
      for (const [place, value] of list) if (place < length) file[place] = value;
      check(file);
    }),
    { numRuns: 500 },
  );
}
