/**
 * Lines of version 2.0's tests that want a module refused which version 3.0 allows, and so do we:
 * constants may read any immutable global before them.
 */
export const allowedSince3: Readonly<Record<string, readonly number[]>> = {
  data: [89, 93],
  elem: [171, 175],
  global: [352, 356],
};
