// A request's head in the app's memory, its texts ended by NULs as C likes them.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { abortExchange } from "./respond.as";
import { Connection } from "./connections.as";
import { donePhase, hasAuthority, headerEntry, isChunked } from "./request.as";

const fieldBytes: u32 = 16;

/**
 * Copies a head: the table of fields, then the bytes as they came, with a NUL for what follows each
 * text. The host of an absolute target, which a path follows, is copied once more.
 */
export function fillRequest(
  connection: Connection, request: u32, room: u32, roomBytes: u32,
): u32 {
  const count = connection.headerCount;
  const texts = room + count * fieldBytes;
  const copy = texts + connection.headEnd;
  const needed = count * fieldBytes + connection.headEnd + connection.authorityLength + 1;
  if (needed > roomBytes) {
    abortExchange(connection);
    return errno.overflow;
  }
  app.copyOut(texts, connection.buffer, connection.headEnd);
  if ((connection.flags & hasAuthority) != 0) {
    const authority = connection.buffer + connection.authorityStart;
    app.copyOut(copy, authority, connection.authorityLength);
  }
  app.store64(request, connection.handle);
  putText(request + 8, texts + connection.methodStart, connection.methodLength);
  putText(request + 16, texts + connection.targetStart, connection.targetLength);
  app.store32(request + 24, room);
  app.store32(request + 28, count);
  app.store64(request + 32, lengthOf(connection));
  for (let index: u32 = 0; index < count; index++) {
    const entry = headerEntry(connection, index);
    const value = <u32>load<u16>(entry, 4);
    const isAuthority =
      (connection.flags & hasAuthority) != 0 && value == connection.authorityStart;
    const field = room + index * fieldBytes;
    putText(field, texts + load<u16>(entry), load<u16>(entry, 2));
    putText(field + 8, isAuthority ? copy : texts + value, load<u16>(entry, 6));
  }
  return errno.success;
}

function lengthOf(connection: Connection): u64 {
  if ((connection.flags & isChunked) != 0) return -1;
  return connection.phase == donePhase ? 0 : connection.bodyLeft;
}

function putText(place: u32, start: u32, length: u32): void {
  app.store32(place, start);
  app.store32(place + 4, length);
  app.store8(start + length, 0);
}
