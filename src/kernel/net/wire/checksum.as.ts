// The Internet checksum (RFC 1071). A sum is kept in 64 bits, unfolded and in the processor's own
// byte order, in which a one's complement sum comes out right as well (RFC 1071, 2B).

/** The sum of bytes that begin at an even offset of what is summed, added to `sum`. */
function sumBytes(pointer: usize, length: u32, sum: u64): u64 {
  const end = pointer + length;
  let other: u64 = 0;
  for (; pointer + 16 <= end; pointer += 16) {
    const first = load<u64>(pointer);
    const second = load<u64>(pointer, 8);
    sum += (first & 0xffff_ffff) + (first >> 32);
    other += (second & 0xffff_ffff) + (second >> 32);
  }
  for (; pointer + 4 <= end; pointer += 4) sum += <u64>load<u32>(pointer);
  if (pointer + 2 <= end) {
    sum += <u64>load<u16>(pointer);
    pointer += 2;
  }
  if (pointer < end) sum += <u64>load<u8>(pointer);
  return sum + other;
}

/** A sum of up to 2^32 words in 16 bits: 0xffff over what is right; its complement is stored. */
export function foldSum(sum: u64): u32 {
  sum = (sum & 0xffff_ffff) + (sum >> 32);
  sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  return <u32>((sum & 0xffff) + (sum >> 16));
}

/** Stores the checksum over `length` bytes, whose own field lies at `field` and counts as 0. */
export function storeChecksum(field: usize, start: usize, length: u32, sum: u64): void {
  store<u16>(field, 0);
  store<u16>(field, ~foldSum(sumBytes(start, length, sum)));
}

/** Makes the checksum of the sum that stands at `field` and of the bytes around it. */
export function finishChecksum(field: usize, start: usize, length: u32): void {
  store<u16>(field, ~foldSum(sumBytes(start, length, 0)));
}

/** Whether bytes that hold their checksum are as they were sent. */
export function isChecksumRight(start: usize, length: u32, sum: u64): bool {
  return foldSum(sumBytes(start, length, sum)) == 0xffff;
}

/** Brings a stored checksum up to date when 16 bits under it change (RFC 1624, 3, equation 3). */
export function updateChecksum(field: usize, before: u32, after: u32): void {
  const sum = (~load<u16>(field) & 0xffff) + (~before & 0xffff) + (after & 0xffff);
  store<u16>(field, ~foldSum(<u64>sum));
}

/**
 * The sum of a pseudo-header: addresses of 16 bytes, protocol and length (RFC 9293, 3.1; RFC 8200,
 * 8.1). An IPv4 address in IPv6's form adds 0xffff, which is 0, so one function serves both.
 */
export function pseudoHeaderSum(addresses: usize, protocol: u32, length: u32): u64 {
  return sumBytes(addresses, 32, <u64>bswap<u32>(length) + <u64>bswap<u16>(<u16>protocol));
}
