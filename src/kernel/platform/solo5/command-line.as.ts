// Arguments and variables from the command line, made a launch record of when somebody first asks:
// words that blanks divide, in which a backslash takes the next character as it is and double
// quotes take blanks. Words of the form NAME=value before the first other are variables; `--` ends
// them. The variable TSUKI_NAME is the program's name (contracts/solo5.ts).
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import {
  launchRecordHeaderBytes,
  launchRecordMagic,
  readLaunchRecord,
} from "../../launch/launch-record.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import { noteAddressWords, takeAddressWord } from "./address-words.as";
import { commandLineStart, commandLineStop } from "./boot-information.as";

/** A command line has 8 KiB at most, and what is made of it some bytes more. */
const recordFrames: u32 = 3;
const recordCapacity: u32 = recordFrames * frameBytes;
const lineLimit: u32 = 8192;

const blank: u32 = 0x20;
const quote: u32 = 0x22;
const backslash: u32 = 0x5c;
const equalsSign: u32 = 0x3d;
const endOfVariables: u32 = 0x00_2d2d; // "--" and a NUL

const nameVariable: u32 = 11; // bytes of "TSUKI_NAME="

let isTaken = false;
let place: usize = 0; // in the command line
let end: usize = 0;

/** Reads the command line, once. */
export function takeCommandLine(): void {
  if (isTaken) return;
  isTaken = true;
  const record = allocateFrames(recordFrames);
  if (record == 0) return;
  place = commandLineStart();
  end = min(commandLineStop(), place + lineLimit);
  memory.fill(record, 0, launchRecordHeaderBytes);
  const first = record + launchRecordHeaderBytes;
  const named = skipVariables(first);
  if (config.opensSockets) noteAddressWords();
  const isNamed = named != first;
  const firstArgument = place;
  let stop = isNamed ? named : copyText(text("app"), first);
  let count: u32 = 1;
  for (; place < end; count++) stop = copyWord(stop);
  if (count == 1 && !isNamed) {
    // What the image has of its own counts then.
    count = 0;
    stop = first;
  }
  store<u32>(record, launchRecordMagic);
  store<u32>(record, count, 4);
  stop = copyVariables(record, stop, firstArgument);
  readLaunchRecord(record, min(<u32>(stop - record), recordCapacity));
}

/** Goes to the first argument; a program's name on the way is put at `target`. Where it ends. */
function skipVariables(target: usize): usize {
  skipBlanks();
  while (place < end) {
    const start = place;
    const stop = copyWord(target);
    if (isEndOfVariables(target, stop)) return target;
    if (config.opensSockets && takeAddressWord(target)) continue;
    if (!isVariable(target)) {
      place = start;
      return target;
    }
    if (!isName(target)) continue;
    const length = stop - target - nameVariable;
    memory.copy(target, target + nameVariable, length);
    target += length;
  }
  return target;
}

/** Copies the variables, all but the name; where they end. */
function copyVariables(record: usize, target: usize, firstArgument: usize): usize {
  let count: u32 = 0;
  end = firstArgument;
  place = commandLineStart();
  skipBlanks();
  while (place < end) {
    const stop = copyWord(target);
    if (!isVariable(target) || isName(target)) continue;
    target = stop;
    count++;
  }
  store<u32>(record, count, 8);
  return target;
}

/** Copies a word as it is meant, and a NUL, and goes to the next one; where the copy ends. */
function copyWord(target: usize): usize {
  let isQuoted = false;
  for (; place < end; place++) {
    let byte: u32 = load<u8>(place);
    if (byte == blank && !isQuoted) break;
    if (byte == quote) {
      isQuoted = !isQuoted;
      continue;
    }
    if (byte == backslash && place + 1 < end) byte = load<u8>(++place);
    store<u8>(target++, byte);
  }
  store<u8>(target++, 0);
  skipBlanks();
  return target;
}

function skipBlanks(): void {
  while (place < end && load<u8>(place) == blank) place++;
}

function isEndOfVariables(word: usize, stop: usize): bool {
  return stop - word == 3 && (load<u32>(word) & 0xff_ffff) == endOfVariables;
}

/** Whether a word is a name, of letters, digits and underscores, an equals sign, and anything. */
function isVariable(word: usize): bool {
  let at = word;
  while (isOfName(load<u8>(at))) at++;
  return at != word && load<u8>(at) == equalsSign;
}

function isOfName(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 26 || byte == 0x5f;
}

function isName(word: usize): bool {
  return memory.compare(word, text("TSUKI_NAME="), nameVariable) == 0;
}

function copyText(source: usize, target: usize): usize {
  for (; load<u8>(source) != 0; source++, target++) store<u8>(target, load<u8>(source));
  store<u8>(target, 0);
  return target + 1;
}
