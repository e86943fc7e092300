/** URL, 3.5: the forms of IP addresses in hosts. */

/** An IPv4 address in any of its forms as four decimals; undefined if it is none. */
export function parseIpv4(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length > 1 && parts.at(-1) === "") parts.pop();
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parseNumber);
  const last = numbers.pop() ?? Number.NaN;
  if (numbers.some((number) => !(number <= 255))) return undefined;
  if (!(last < 256 ** (4 - numbers.length))) return undefined;
  const address = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Decimal, octal behind a 0, hexadecimal behind 0x. */
function parseNumber(text: string): number {
  if (/^0[xX][0-9A-Fa-f]*$/.test(text))
    return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
}

/** An IPv6 address in its shortest form (RFC 5952); undefined if it is none. */
export function parseIpv6(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parsePieces);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return formatIpv6([...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])]);
}

/** Pieces of 16 bits; the last two may be written as an IPv4 address. */
function parsePieces(text: string): number[] | undefined {
  if (text === "") return [];
  const pieces: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part)?.slice(1);
    if (ipv4 !== undefined && index === parts.length - 1) {
      if (ipv4.some((digits) => Number(digits) > 255 || /^0\d/.test(digits))) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = ipv4.map(Number);
      pieces.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) pieces.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return pieces;
}

function formatIpv6(pieces: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let index = 0; index < 8; index++) {
    let end = index;
    while (end < 8 && pieces[end] === 0) end++;
    if (end - index > length) [start, length] = [index, end - index];
  }
  const hexadecimal = pieces.map((piece) => piece.toString(16));
  if (start < 0) return hexadecimal.join(":");
  return `${hexadecimal.slice(0, start).join(":")}::${hexadecimal.slice(start + length).join(":")}`;
}
