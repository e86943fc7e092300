// SYN cookies (RFC 4987, 3.6): the answer to a SYN carries in its sequence number what the listener
// would have to remember. The 5 highest bits count time, 3 the segment size, 24 are a keyed hash.
import { keyedHash } from "../../base/siphash.as";
import { destinationOf, Ip, sourceOf } from "../wire/ip.as";
import { Tcp } from "../wire/tcp.as";
import { emitCookie, ownSegmentSize } from "./emit.as";

/** The window that goes out with a cookie. */
export const cookieWindow: u32 = 0xffff;

const period: u64 = 64_000_000_000;
let lastIssuedAt: u64 = 0;
let issued: u32 = 0;

/** Cookies that were given. */
export function cookiesIssued(): u32 {
  return issued;
}

/** Answers a SYN with a cookie. */
export function answerWithCookie(ip: Ip, tcp: Tcp, now: u64): void {
  issued++;
  lastIssuedAt = max<u64>(now, 1);
  const own = ownSegmentSize(sourceOf(ip), now);
  const size = min(own, tcp.segmentSize == 0 ? sizeOf(0) : tcp.segmentSize);
  let index: u32 = 0;
  while (index < 7 && sizeOf(index + 1) <= size) index++;
  const time = now / period;
  const sequence = <u32>(time & 31) << 27 | index << 24 | hashOf(ip, tcp, tcp.sequence, time);
  emitCookie(tcp, sourceOf(ip), sequence, own, cookieWindow, now);
}

/** The segment size of the cookie that a segment acknowledges; 0 when it does not. */
export function cookieSegmentSize(ip: Ip, tcp: Tcp, now: u64): u32 {
  if (lastIssuedAt == 0 || now > lastIssuedAt + 2 * period) return 0;
  const cookie = tcp.acknowledgement - 1;
  const time = now / period;
  const age = (time - <u64>(cookie >> 27)) & 31;
  if (age > 1 || age > time) return 0;
  const hash = hashOf(ip, tcp, tcp.sequence - 1, time - age);
  return hash == (cookie & 0xff_ffff) ? sizeOf(cookie >> 24 & 7) : 0;
}

const hashed = memory.data(48, 8);

function hashOf(ip: Ip, tcp: Tcp, sequence: u32, time: u64): u32 {
  memory.copy(hashed, sourceOf(ip), 16);
  memory.copy(hashed + 16, destinationOf(ip), 16);
  store<u64>(hashed, <u64>tcp.sourcePort << 48 | <u64>tcp.destinationPort << 32 | sequence, 32);
  return <u32>keyedHash(hashed, 5, time) & 0xff_ffff;
}

/** Sizes that a cookie can stand for, in their order. */
function sizeOf(index: u32): u32 {
  if (index == 0) return 536;
  if (index == 1) return 1024;
  if (index == 2) return 1220;
  if (index == 3) return 1300;
  if (index == 4) return 1380;
  if (index == 5) return 1440;
  return index == 6 ? 1448 : 1460;
}
