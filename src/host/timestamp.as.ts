// Times as text: RFC 3339 with nanoseconds, in UTC, 30 bytes: 2026-01-02T03:04:05.000000006Z.

/** Bytes of such a text. */
export const timestampLength: u32 = 30;

const nanoseconds: u64 = 1_000_000_000;
const daySeconds: u64 = 86_400;
const daysOfEra: u64 = 146_097; // 400 years
const daysBefore1970: u64 = 719_468; // since the first of March of the year 0

/** Writes the text of a time in nanoseconds since 1970. */
export function writeTimestamp(target: usize, time: u64): void {
  const seconds = time / nanoseconds;
  writeDate(target, seconds / daySeconds);
  const second = <u32>(seconds % daySeconds);
  store<u8>(target, 0x54, 10); // T
  writeDigits(target + 11, second / 3600, 2);
  store<u8>(target, 0x3a, 13);
  writeDigits(target + 14, second / 60 % 60, 2);
  store<u8>(target, 0x3a, 16);
  writeDigits(target + 17, second % 60, 2);
  store<u8>(target, 0x2e, 19);
  writeDigits(target + 20, time % nanoseconds, 9);
  store<u8>(target, 0x5a, 29); // Z
}

/** Years begin in March here, so that the day that comes and goes is the last one. */
function writeDate(target: usize, daysSince1970: u64): void {
  const days = daysSince1970 + daysBefore1970;
  const era = days / daysOfEra;
  const day = days % daysOfEra;
  const year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
  const dayOfYear = day - (365 * year + year / 4 - year / 100);
  const march = (5 * dayOfYear + 2) / 153;
  const month = march < 10 ? march + 3 : march - 9;
  writeDigits(target, era * 400 + year + <u64>(month < 3), 4);
  store<u8>(target, 0x2d, 4);
  writeDigits(target + 5, month, 2);
  store<u8>(target, 0x2d, 7);
  writeDigits(target + 8, dayOfYear - (153 * march + 2) / 5 + 1, 2);
}

function writeDigits(target: usize, value: u64, count: usize): void {
  for (let at = count; at != 0; at--) {
    store<u8>(target + at - 1, 0x30 + <u32>(value % 10));
    value /= 10;
  }
}
