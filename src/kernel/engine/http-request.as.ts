// A request's parts as JavaScript's values, made when they are asked for.
import { Connection } from "../http/connections.as";
import { headerEntry } from "../http/request.as";
import { allocateFrames, frameBytes } from "../memory/frames.as";
import { peerOf } from "../net/socket-table.as";
import { endpointText } from "./addresses.as";
import { newArray, newString, setElement, Value } from "./quickjs.as";

const roomFrames: u32 = 6; // every byte of the longest value may become two
let room: usize = 0;

/** The method. */
export function methodText(connection: Connection): Value {
  return newString(connection.buffer + connection.methodStart, connection.methodLength);
}

/** The target as it came. */
export function targetText(connection: Connection): Value {
  return newString(connection.buffer + connection.targetStart, connection.targetLength);
}

/** Names in lower case and values alternate. */
export function headerList(connection: Connection): Value {
  const array = newArray();
  const buffer = connection.buffer;
  for (let index: u32 = 0; index < connection.headerCount; index++) {
    const entry = headerEntry(connection, index);
    setElement(array, index * 2, newString(buffer + load<u16>(entry), load<u16>(entry, 2)));
    const value = byteString(buffer + load<u16>(entry, 4), load<u16>(entry, 6));
    setElement(array, index * 2 + 1, value);
  }
  return array;
}

/** The client's address and port. */
export function peerText(connection: Connection): Value {
  return endpointText(peerOf(connection.socket));
}

/** Bytes as a string of code points up to 255, as the web's byte strings are. */
function byteString(start: usize, length: u32): Value {
  let isPlain = true;
  for (let index: u32 = 0; index < length; index++) {
    if (load<u8>(start + index) >= 0x80) isPlain = false;
  }
  if (isPlain || !makeRoom() || length * 2 > roomFrames * frameBytes) {
    return newString(start, length);
  }
  let end = room;
  for (let index: u32 = 0; index < length; index++) {
    const byte = <u32>load<u8>(start + index);
    if (byte >= 0x80) store<u8>(end++, 0xc0 | (byte >> 6));
    store<u8>(end++, byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
  }
  return newString(room, <u32>(end - room));
}

function makeRoom(): bool {
  if (room == 0) room = allocateFrames(roomFrames);
  return room != 0;
}
