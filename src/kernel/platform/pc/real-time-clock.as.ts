// The battery-backed clock of a PC (Motorola MC146818).
import * as port from "../../base/machine/port.as";

const addressPort: u32 = 0x70;
const dataPort: u32 = 0x71;
const seconds: u32 = 0;
const minutes: u32 = 2;
const hours: u32 = 4;
const dayOfMonth: u32 = 7;
const month: u32 = 8;
const year: u32 = 9;
const statusA: u32 = 0x0a;
const statusB: u32 = 0x0b;
const updating: u32 = 0x80;
const binaryFormat: u32 = 4;

const attemptLimit: u32 = 10_000;

/** Seconds since 1970, 0 when there is no such clock. */
export function realTimeSeconds(): u64 {
  for (let attempt: u32 = 0; attempt < attemptLimit; attempt++) {
    const status = read(statusA);
    if (status == 0xff) return 0;
    if ((status & updating) != 0) continue;
    const before = read(seconds);
    const time = readDate();
    // An update in between would mix two moments.
    if ((read(statusA) & updating) == 0 && read(seconds) == before) return time;
  }
  return 0;
}

function readDate(): u64 {
  const days = daysSince1970(2000 + number(year), number(month), number(dayOfMonth));
  return <u64>days * 86_400 + number(hours) * 3600 + number(minutes) * 60 + number(seconds);
}

function read(register: u32): u32 {
  port.out8(addressPort, register);
  return port.in8(dataPort);
}

/** A register's value: binary, or a decimal digit in each half. */
function number(register: u32): u32 {
  const value = read(register);
  if ((read(statusB) & binaryFormat) != 0) return value;
  return (value >> 4) * 10 + (value & 15);
}

/** Days of the Gregorian calendar, counted in years that begin in March. */
function daysSince1970(civilYear: u32, civilMonth: u32, day: u32): u32 {
  const shifted = civilMonth > 2 ? civilMonth - 3 : civilMonth + 9;
  const ownYear = civilMonth > 2 ? civilYear : civilYear - 1;
  const leapDays = ownYear / 4 - ownYear / 100 + ownYear / 400;
  return ownYear * 365 + leapDays + (shifted * 153 + 2) / 5 + day - 1 - 719_468;
}
