// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash whose values nobody without the key can
// tell beforehand, over whole words of 64 bits.

let keyLow: u64 = 0;
let keyHigh: u64 = 0;
let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

/** Sets the key. */
export function setHashKey(low: u64, high: u64): void {
  keyLow = low;
  keyHigh = high;
}

/** The hash of `count` words and one more. */
export function keyedHash(pointer: usize, count: u32, last: u64): u64 {
  v0 = keyLow ^ 0x736f_6d65_7073_6575;
  v1 = keyHigh ^ 0x646f_7261_6e64_6f6d;
  v2 = keyLow ^ 0x6c79_6765_6e65_7261;
  v3 = keyHigh ^ 0x7465_6462_7974_6573;
  for (let index: u32 = 0; index < count; index++) absorb(load<u64>(pointer + index * 8));
  absorb(last);
  absorb(<u64>(count + 1) << 59); // the length in bytes, in the highest byte
  v2 ^= 0xff;
  for (let turn = 0; turn < 4; turn++) mix();
  return v0 ^ v1 ^ v2 ^ v3;
}

function absorb(word: u64): void {
  v3 ^= word;
  mix();
  mix();
  v0 ^= word;
}

function mix(): void {
  v0 += v1;
  v1 = rotl(v1, 13) ^ v0;
  v0 = rotl(v0, 32);
  v2 += v3;
  v3 = rotl(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl(v1, 17) ^ v2;
  v2 = rotl(v2, 32);
}
