// The types of the sleep from which only power wakes, S5. They stand in a package called \_S5_ in
// the definition block (ACPI 6.5, 7.4.2); looked for as bytes, its constant form is unmistakable
// (20.2: NameOp, name, PackageOp, length, count, two numbers).

const packageName: u32 = 0x5f35_535f; // "_S5_"
const nameBytes: u32 = 4;
const nameOperator: u32 = 0x08;
const rootPrefix: u32 = 0x5c;
const packageOperator: u32 = 0x12;
const bytePrefix: u32 = 0x0a;
const one: u32 = 0x01;
const typeLimit: u32 = 7;

/** In place of a byte that is not there. */
const nothing: u32 = 0xff;

/** The types for PM1's blocks a (bits 0 to 2) and b (bits 8 to 10); -1 when they are not there. */
export function findSleepTypes(code: usize, length: u32): i32 {
  const end = code + length;
  for (let name = code + 2; name + nameBytes <= end; name++) {
    if (load<u32>(name) != packageName || !isNamed(name)) continue;
    const types = readPackage(name + nameBytes, end);
    if (types >= 0) return types;
  }
  return -1;
}

function isNamed(name: usize): bool {
  const before = load<u8>(name - 1);
  return before == nameOperator || (before == rootPrefix && load<u8>(name - 2) == nameOperator);
}

function readPackage(at: usize, end: usize): i32 {
  if (byteAt(at, end) != packageOperator) return -1;
  // The two highest bits say how many bytes of the length follow; behind them is the count.
  at += 1 + 1 + (byteAt(at + 1, end) >> 6) + 1;
  const first = readNumber(at, end);
  at += byteAt(at, end) == bytePrefix ? 2 : 1;
  const second = readNumber(at, end);
  return first > typeLimit || second > typeLimit ? -1 : <i32>(first | (second << 8));
}

/** A small number: ZeroOp, OneOp, or a byte behind its prefix. */
function readNumber(at: usize, end: usize): u32 {
  const operator = byteAt(at, end);
  if (operator == bytePrefix) return byteAt(at + 1, end);
  return operator <= one ? operator : nothing;
}

function byteAt(at: usize, end: usize): u32 {
  return at < end ? load<u8>(at) : nothing;
}
