// Lines of words, as /etc/hosts and /etc/resolv.conf have them: blanks divide words, `#` begins a
// comment.
import { areSameNames } from "./names.as";

/** Where a line ends: its line feed, or the end of the text. */
export function lineEnd(start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != 10) start++;
  return start;
}

/** Where the next word begins. */
export function skipBlanks(start: usize, end: usize): usize {
  while (start < end && isBlank(load<u8>(start))) start++;
  return start;
}

/** Where a word ends: at a blank, a comment, or the end of its line. */
export function wordEnd(start: usize, end: usize): usize {
  while (start < end && !isBlank(load<u8>(start)) && load<u8>(start) != 0x23) start++;
  return start;
}

/** Whether a line has a word, whatever the case of its letters. */
export function hasWord(start: usize, end: usize, name: usize, length: u32): bool {
  while (start < end) {
    start = skipBlanks(start, end);
    const stop = wordEnd(start, end);
    if (stop == start) return false; // a comment
    if (isWord(start, <u32>(stop - start), name, length)) return true;
    start = stop;
  }
  return false;
}

/** Whether two texts are the same but for the case of their letters. */
export function isWord(first: usize, firstLength: u32, second: usize, secondLength: u32): bool {
  return firstLength == secondLength && areSameNames(first, second, firstLength);
}

function isBlank(byte: u32): bool {
  return byte == 32 || byte == 9 || byte == 13;
}
