import { elfPageBytes } from "./format.ts";
import type { ElfFile } from "./reader.ts";

/**
 * What would keep Linux from loading a file as Tsuki means it, one line each: pages shared by
 * segments, memory both writable and executable, page zero mapped, an entry that is not code.
 */
export function findElfProblems(file: ElfFile): string[] {
  const problems: string[] = [];
  let previousEnd = elfPageBytes;
  for (const segment of file.segments) {
    const place = `segment at 0x${segment.address.toString(16)}`;
    if (pageStart(segment.address) < previousEnd) problems.push(`${place} is out of order`);
    previousEnd = Math.ceil((segment.address + segment.memorySize) / elfPageBytes) * elfPageBytes;
    if (segment.writable && segment.executable) problems.push(`${place} is writable code`);
    if (segment.bytes.length > 0 && (segment.address - segment.fileOffset) % elfPageBytes !== 0) {
      problems.push(`${place} cannot be mapped from offset ${segment.fileOffset}`);
    }
  }
  const code = file.segments.filter((segment) => segment.executable);
  const isCode = code.some(
    ({ address, bytes }) => file.entry >= address && file.entry < address + bytes.length,
  );
  if (!isCode) problems.push("the entry is not code");
  if (file.executableStack) problems.push("the stack is executable");
  return problems;
}

function pageStart(address: number): number {
  return address - (address % elfPageBytes);
}
