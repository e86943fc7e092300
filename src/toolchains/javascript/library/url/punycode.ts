/** RFC 3492: Punycode. */

const base = 36;
const lowest = 1;
const highest = 26;
const skew = 38;
const damp = 700;
const firstBias = 72;
const firstCode = 128;

/** A label in ASCII, without the prefix. */
export function encodePunycode(label: string): string {
  const codes = Array.from(label, (character) => character.codePointAt(0) ?? 0);
  const basic = codes.filter((code) => code < firstCode);
  let output = String.fromCodePoint(...basic);
  if (basic.length > 0) output += "-";
  let handled = basic.length;
  let current = firstCode;
  let delta = 0;
  let bias = firstBias;
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((code) => code >= current));
    delta += (next - current) * (handled + 1);
    current = next;
    for (const code of codes) {
      if (code < current) delta++;
      if (code !== current) continue;
      output += encodeDelta(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    current++;
  }
  return output;
}

/** RFC 3492, 3.3: an integer of variable length. */
function encodeDelta(delta: number, bias: number): string {
  let output = "";
  let left = delta;
  for (let position = base; ; position += base) {
    const threshold = Math.min(highest, Math.max(lowest, position - bias));
    if (left < threshold) return output + toDigit(left);
    const span = base - threshold;
    output += toDigit(((left - threshold) % span) + threshold);
    left = Math.floor((left - threshold) / span);
  }
}

/** RFC 3492, 5: a to z are 0 to 25, 0 to 9 are 26 to 35. */
function toDigit(value: number): string {
  return "abcdefghijklmnopqrstuvwxyz0123456789"[value] ?? "";
}

/** RFC 3492, 6.1. */
function adapt(delta: number, count: number, isFirst: boolean): number {
  let left = Math.floor(delta / (isFirst ? damp : 2));
  left += Math.floor(left / count);
  let position = 0;
  for (; left > ((base - lowest) * highest) / 2; position += base)
    left = Math.floor(left / (base - lowest));
  return position + Math.floor(((base - lowest + 1) * left) / (left + skew));
}
