// The program in the engine: evaluated while the image was built, or when the instance starts.
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import { failWithException, endWith } from "./failures.as";
import { hiddenProperty } from "./hidden-object.as";
import { setLineMap } from "./line-map.as";
import { standardError, writeConstant, writeText } from "./output.as";
import {
  bufferStart,
  callWith,
  evaluateBytecode,
  exception,
  free,
  isPresent,
  markAsHandled,
  promiseResult,
  promiseState,
  textLength,
  undefinedValue,
  Value,
} from "./quickjs.as";

const fulfilled: i32 = 1;
const rejected: i32 = 2;

/** The promise of the program's evaluation, 0 when there is none to wait for. */
let evaluation: Value = 0;

/** Finds the map of the bundle's lines. */
export function openLineMap(): void {
  const lines = hiddenProperty(text("lines"));
  const start = isPresent(lines) ? bufferStart(lines) : 0;
  if (start != 0) setLineMap(start, textLength());
  // The hidden object keeps the buffer.
  free(lines);
}

/** Writes what the program wrote while the image was built. */
export function replayOutput(): void {
  const output = hiddenProperty(text("output"));
  if (!isPresent(output)) return;
  let at = bufferStart(output);
  const end = at + textLength();
  while (at < end) {
    const stream = app.load8(at);
    const length = app.load32(at + 1);
    writeText(stream == 2 ? 2 : 1, at + 5, length);
    at += 5 + length;
  }
  free(output);
}

/** Hands the program's exports to the library, or begins to evaluate it. */
export function beginProgram(): void {
  const program = hiddenProperty(text("program"));
  if (!isPresent(program)) {
    callMain(hiddenProperty(text("exports")));
    return;
  }
  const start = bufferStart(program);
  evaluation = evaluateBytecode(start, textLength());
  free(program);
  if (evaluation == exception) {
    evaluation = 0;
    failWithException();
    return;
  }
  settleProgram();
  if (evaluation != 0) markAsHandled(evaluation);
}

/** Whether the program's top level still waits for something. */
export function isEvaluating(): bool {
  return evaluation != 0;
}

/** Hands the exports over once the program's evaluation has come to its end. */
export function settleProgram(): void {
  if (evaluation == 0) return;
  const state = promiseState(evaluation);
  if (state == fulfilled) {
    const exports = promiseResult(evaluation);
    free(evaluation);
    evaluation = 0;
    callMain(exports);
  } else if (state == rejected) {
    endWith(text("Uncaught "), promiseResult(evaluation), 1);
  }
}

/** Calls the library's `main`; takes the exports. */
function callMain(exports: Value): void {
  const main = hiddenProperty(text("main"));
  if (isPresent(main)) {
    const result = callWith(main, 1, exports, undefinedValue, undefinedValue);
    if (result == exception) failWithException();
    else free(result);
  }
  free(main);
  free(exports);
}

/** Says that the program waits for something that cannot come. */
export function reportNeverSettles(): void {
  writeConstant(
    standardError,
    text("tsuki: a top-level await never settles: nothing is pending that could settle it\n"),
  );
}
