/** Node's assert/strict. */
export {
  AssertionError,
  deepStrictEqual as deepEqual,
  deepStrictEqual,
  doesNotMatch,
  fail,
  match,
  notDeepStrictEqual,
  notStrictEqual as notEqual,
  notStrictEqual,
  ok,
  rejects,
  strict as default,
  strictEqual as equal,
  strictEqual,
  throws,
} from "../assert.ts";
