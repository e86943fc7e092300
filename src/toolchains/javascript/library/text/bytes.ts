/** Bytes in the forms in which the web's interfaces take them. */

/** WebIDL, BufferSource. */
export type ByteSource = ArrayBuffer | ArrayBufferView;

/** Whether a value is bytes in one of those forms. */
export function isByteSource(value: unknown): value is ByteSource {
  return (
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer
  );
}

/** The bytes, in place; throws a TypeError for anything else. */
export function bytesOf(source: ByteSource): Uint8Array<ArrayBuffer> {
  if (source instanceof Uint8Array) return source as Uint8Array<ArrayBuffer>;
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  }
  if (isByteSource(source)) return new Uint8Array(source);
  throw new TypeError("An ArrayBuffer or a view of one is needed");
}

/** The bytes as an ArrayBuffer that holds nothing else; copied only if it must be. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) {
    return buffer;
  }
  return bytes.slice().buffer;
}

/** Several pieces in one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first as Uint8Array<ArrayBuffer>;
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
