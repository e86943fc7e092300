/**
 * Lines of version 2.0's tests that want a module refused which version 3.0 allows, and so do we, with
 * the reason of which the refusal would be for. Version 3.0's own tests have other reasons there.
 */
export const allowedSince3: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> =
  {
    // Constants may read any immutable global before them.
    data: { "unknown global": [89, 93] },
    elem: { "unknown global": [171, 175] },
    global: { "unknown global": [352, 356] },
    // There may be several memories, and a byte that had to be zero is the number of one.
    binary: { "zero byte expected": [146, 166, 185, 204, 243, 262, 280, 298] },
    imports: { "multiple memories": [488, 492, 496] },
    memory: { "multiple memories": [10, 11] },
  };
