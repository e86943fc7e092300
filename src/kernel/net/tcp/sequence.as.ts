// Sequence numbers, which wrap (RFC 9293, 3.4).

/** Whether one comes before another. */
@inline
export function isBefore(left: u32, right: u32): bool {
  return <i32>(left - right) < 0;
}

/** The later of two. */
@inline
export function laterOf(left: u32, right: u32): u32 {
  return isBefore(left, right) ? right : left;
}

/** The earlier of two. */
@inline
export function earlierOf(left: u32, right: u32): u32 {
  return isBefore(left, right) ? left : right;
}
