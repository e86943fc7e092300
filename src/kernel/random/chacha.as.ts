// A ChaCha20 generator (RFC 8439, 2.3) that replaces its key after every block, so that a leak of
// its state tells nothing of what it gave before.

// Sixteen words: four constants, the key, a counter of 64 bits and a nonce of zeroes.
const state = memory.data(64, 8);
const key = state + 16;
const block = memory.data(64, 8);

/** Bytes of a block that are for use; the others become the next key. */
export const usableBytes: u32 = 32;

/** Mixes 64 bits into the key; `index` counts from 0 and wraps. */
export function mixKey(index: u32, bits: u64): void {
  const place = key + (index & 3) * 8;
  store<u64>(place, load<u64>(place) ^ bits);
}

/** Makes the next block; returns the address of its usable bytes. */
export function nextBlock(): usize {
  store<u32>(state, 0x6170_7865);
  store<u32>(state, 0x3320_646e, 4);
  store<u32>(state, 0x7962_2d32, 8);
  store<u32>(state, 0x6b20_6574, 12);
  memory.copy(block, state, 64);
  for (let pass = 0; pass < 10; pass++) {
    for (let column: u32 = 0; column < 4; column++) {
      quarterRound(column, column + 4, column + 8, column + 12);
    }
    for (let column: u32 = 0; column < 4; column++) {
      const second = 4 + ((column + 1) & 3);
      const third = 8 + ((column + 2) & 3);
      quarterRound(column, second, third, 12 + ((column + 3) & 3));
    }
  }
  for (let index: u32 = 0; index < 64; index += 4) {
    store<u32>(block + index, load<u32>(block + index) + load<u32>(state + index));
  }
  store<u64>(state, load<u64>(state, 48) + 1, 48);
  memory.copy(key, block, 32);
  return block + usableBytes;
}

function word(index: u32): u32 {
  return load<u32>(block + index * 4);
}

function quarterRound(a: u32, b: u32, c: u32, d: u32): void {
  let first = word(a);
  let second = word(b);
  let third = word(c);
  let fourth = word(d);
  first += second;
  fourth = rotl<u32>(fourth ^ first, 16);
  third += fourth;
  second = rotl<u32>(second ^ third, 12);
  first += second;
  fourth = rotl<u32>(fourth ^ first, 8);
  third += fourth;
  second = rotl<u32>(second ^ third, 7);
  store<u32>(block + a * 4, first);
  store<u32>(block + b * 4, second);
  store<u32>(block + c * 4, third);
  store<u32>(block + d * 4, fourth);
}
