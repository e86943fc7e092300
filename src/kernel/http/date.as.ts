// The Date field (RFC 9110, 6.6.1), written once a second.
import { text } from "../base/text.as";

const line = memory.data(37); // "Date: ", the date, a line end

// "ThuFriSatSunMonTueWed", "JanFeb...": names of three letters, in four bytes each.
const dayNames = memory.data<u32>([
  0x75_6854, 0x69_7246, 0x74_6153, 0x6e_7553, 0x6e_6f4d, 0x65_7554, 0x64_6557,
]);
const monthNames = memory.data<u32>([
  0x6e_614a, 0x62_6546, 0x72_614d, 0x72_7041, 0x79_614d, 0x6e_754a,
  0x6c_754a, 0x67_7541, 0x70_6553, 0x74_634f, 0x76_6f4e, 0x63_6544,
]);

/** Bytes of the whole line, its end included. */
export const dateLineBytes: u32 = 37;

/** Bytes of the date alone. */
export const dateBytes: u32 = 29;

/** Where the line is. */
export function dateLine(): usize {
  return line;
}

/** Writes the line for a moment in seconds since 1970. */
export function setDate(seconds: u64): void {
  memory.copy(line, text("Date: "), 6);
  formatDate(seconds, line + 6);
  store<u16>(line + 35, 0x0a0d);
}

/** Writes a moment as IMF-fixdate (RFC 9110, 5.6.7): 29 bytes. */
export function formatDate(seconds: u64, to: usize): void {
  const days = <u32>(seconds / 86_400);
  const time = <u32>(seconds % 86_400);
  putName(to, load<u32>(dayNames + days % 7 * 4));
  store<u16>(to, 0x202c, 3);
  putDay(days, to);
  putPair(to + 17, time / 3600);
  store<u8>(to, 0x3a, 19);
  putPair(to + 20, time / 60 % 60);
  store<u8>(to, 0x3a, 22);
  putPair(to + 23, time % 60);
  store<u32>(to, 0x544d_4720, 25); // " GMT"
}

/** Day, month and year by the proleptic Gregorian calendar, whose years begin with March here. */
function putDay(days: u32, to: usize): void {
  const shifted = days + 719_468; // from 1 March of the year 0
  const era = shifted / 146_097;
  const dayOfEra = shifted % 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const month = (5 * dayOfYear + 2) / 153;
  const isNextYear = month >= 10;
  const year = yearOfEra + era * 400 + (isNextYear ? 1 : 0);
  putPair(to + 5, dayOfYear - (153 * month + 2) / 5 + 1);
  store<u8>(to, 0x20, 7);
  putName(to + 8, load<u32>(monthNames + (month + (isNextYear ? -10 : 2)) * 4));
  store<u8>(to, 0x20, 11);
  putPair(to + 12, year / 100);
  putPair(to + 14, year % 100);
  store<u8>(to, 0x20, 16);
}

function putName(to: usize, name: u32): void {
  store<u16>(to, name);
  store<u8>(to, name >> 16, 2);
}

function putPair(to: usize, value: u32): void {
  store<u8>(to, 0x30 + value / 10 % 10);
  store<u8>(to, 0x30 + value % 10, 1);
}
