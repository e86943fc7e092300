import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation, ValueType } from "../../ssa/operations.ts";
import {
  areaWords,
  argumentPlaces,
  callClobbers,
  calleeSaved,
  keptResultWord,
  type Place,
  registerMask,
  registerResults,
  resultPlace,
} from "../calling-convention.ts";
import { Form, type FormId } from "../encoding.ts";
import { Shape, stackAddress } from "../instruction-shape.ts";
import { Pseudo, StoredKind, storedResult } from "../pseudo-instructions.ts";
import { SelectionError } from "./selection-error.ts";
import type { Selector } from "./selector.ts";

/**
 * The `result` instructions of each call, found before selection: they belong to the call's own
 * instruction, which defines all its results at once.
 */
export function resultsOfCalls(selector: Selector, blocks: readonly number[]): Map<Value, Value[]> {
  const { fn } = selector;
  const results = new Map<Value, Value[]>();
  for (const block of blocks) {
    for (const instruction of fn.instructionsOf(block)) {
      if (selector.operationOf(instruction) !== Operation.result) continue;
      const call = fn.resolve(fn.a[instruction] as number);
      const known = results.get(call);
      if (known === undefined) results.set(call, [instruction]);
      else known.push(instruction);
    }
  }
  return results;
}

/** call and callPointer. `results` are the call's further results that exist. */
export function selectCall(selector: Selector, value: Value, results: readonly Value[]): void {
  appendCall(selector, value, { direct: Form.call_rel32, indirect: Form.call_rm64 });
  defineResults(selector, value, results);
}

/** Opcodes of a call, of a symbol and of an address in a register. */
interface CallOpcodes {
  readonly direct: number;
  readonly indirect: number;
}

function appendCall(
  selector: Selector,
  value: Value,
  opcodes: CallOpcodes,
  leastWords = selector.environment.callAreaWords,
): void {
  const { fn, draft } = selector;
  const values = fn.listOf(value).map((operand) => fn.resolve(operand));
  const types = typesOf(selector, values);
  const resultCount = fn.aux[value] as number;
  const places = argumentPlaces(types, resultCount);
  const registers = values.map((operand) => selector.registerOf(operand));
  storeStackArguments(selector, values, registers, places, Shape.outgoing);
  // The callee may write its last results there, wanted or not, or what its tail calls take.
  const words = Math.max(areaWords(types, resultCount), leastWords);
  const pointer = selector.operationOf(value) === Operation.callPointer;
  if (pointer) {
    const target = selector.registerOf(fn.a[value] as number);
    draft.append(opcodes.indirect, 0, words);
    draft.operand(target, Role.use);
  } else {
    const { low } = selector.immediateOf(value);
    draft.symbolImmediate(opcodes.direct, -1, low, 0, words);
  }
  registers.forEach((register, index) => {
    const place = places[index] as Place;
    if (place.register >= 0) draft.fixed(register, Role.use, place.register);
  });
}

/**
 * The call before an `unwind`, which ends its block: what lives on must be on the stack, for nobody
 * restores registers when it is left by an exception. Results in registers are stored there too.
 */
export function selectCatchingCall(
  selector: Selector,
  value: Value,
  results: readonly Value[],
): void {
  const { draft, fn } = selector;
  const { callCatching, callPointerCatching } = Pseudo;
  const count = fn.aux[value] as number;
  const keptEnd = keptResultWord(Math.min(count, registerResults), count);
  const leastWords = Math.max(keptEnd, selector.environment.callAreaWords);
  const opcodes = { direct: callCatching, indirect: callPointerCatching };
  appendCall(selector, value, opcodes, leastWords);
  draft.clobber(callClobbers | registerMask(calleeSaved));
  let stored = 0;
  for (const result of [value, ...results]) {
    const position = positionOfResult(selector, result);
    if (position >= registerResults || !selector.hasRegister(result)) continue;
    const isVector = selector.isVector(result);
    const kind = isVector ? StoredKind.vector : 1 + selector.classOf(result);
    stored |= storedResult(position, kind);
  }
  draft.store(stored, keptResultWord(0, count));
}

/** Where such a call returns to: its results are loaded from the stack. */
export function selectArrival(selector: Selector, call: Value, results: readonly Value[]): void {
  const { draft, fn } = selector;
  for (const result of [call, ...results]) {
    if (!selector.hasRegister(result)) continue;
    const position = positionOfResult(selector, result);
    const { stackWord } = resultPlace(position, fn.type[result] as number);
    const kept = keptResultWord(position, fn.aux[call] as number);
    const word = stackWord < 0 ? kept : stackWord;
    const form = loadForm(selector, result);
    draft.memory(form, selector.resultRegister(result), stackAddress(Shape.outgoing, word));
  }
}

function positionOfResult({ fn }: Selector, value: Value): number {
  return fn.operation[value] === Operation.result ? (fn.aux[value] as number) : 0;
}

function storeStackArguments(
  selector: Selector,
  values: readonly Value[],
  registers: readonly number[],
  places: readonly Place[],
  area: number,
): void {
  registers.forEach((register, index) => {
    const place = places[index] as Place;
    if (place.register >= 0) return;
    const form = storeForm(selector, values[index] as Value);
    selector.draft.memory(form, register, stackAddress(area, place.stackWord));
  });
}

function typesOf({ fn }: Selector, values: readonly Value[]): number[] {
  return values.map((value) => fn.type[value] as number);
}

/** What stores a value on the stack. */
function storeForm(selector: Selector, value: Value): FormId {
  if (selector.isVector(value)) return Form.movups_xm128_x;
  return selector.classOf(value) === 1 ? Form.movsd_m64_x : Form.mov_rm64_r64;
}

/** What loads a value from the stack. */
function loadForm(selector: Selector, value: Value): FormId {
  if (selector.isVector(value)) return Form.movups_x_xm128;
  return selector.classOf(value) === 1 ? Form.movsd_x_m64 : Form.mov_r64_rm64;
}

/** Adds the results' operands and the clobbers to the call, then loads results from the stack. */
function defineResults(selector: Selector, call: Value, others: readonly Value[]): void {
  const { fn, draft } = selector;
  const results: { value: Value; place: Place }[] = [];
  if (fn.type[call] !== ValueType.none) {
    results.push({ value: call, place: resultPlace(0, fn.type[call] as number) });
  }
  for (const value of others) {
    const place = resultPlace(fn.aux[value] as number, fn.type[value] as number);
    results.push({ value, place });
  }
  const wanted = results.filter(({ value }) => selector.hasRegister(value));
  const defined: number[] = [];
  for (const { value, place } of wanted) {
    if (place.register < 0) continue;
    draft.fixed(selector.resultRegister(value), Role.define, place.register);
    defined.push(place.register);
  }
  draft.clobber(callClobbers & ~registerMask(defined));
  for (const { value, place } of wanted) {
    if (place.register >= 0) continue;
    const form = loadForm(selector, value);
    const address = stackAddress(Shape.outgoing, place.stackWord);
    draft.memory(form, selector.resultRegister(value), address);
  }
}

/** Defines the parameters of the function in its entry block. */
export function selectEntry(selector: Selector): void {
  const { fn, draft } = selector;
  const parameters = fn.parametersOf(0);
  const places = argumentPlaces(typesOf(selector, parameters), fn.signature.results.length);
  draft.append(Pseudo.entry);
  const wanted = parameters
    .map((value, index) => ({ value, place: places[index] as Place }))
    .filter(({ value }) => selector.hasRegister(value));
  for (const { value, place } of wanted) {
    if (place.register < 0) continue;
    draft.fixed(selector.resultRegister(value), Role.define, place.register);
  }
  for (const { value, place } of wanted) {
    if (place.register >= 0) continue;
    const form = loadForm(selector, value);
    const address = stackAddress(Shape.incoming, place.stackWord);
    draft.memory(form, selector.resultRegister(value), address);
  }
}

/** return. */
export function selectReturn(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const results = fn.listOf(value).map((operand, position) => {
    const resolved = fn.resolve(operand);
    const register = selector.registerOf(resolved);
    const place = resultPlace(position, fn.type[resolved] as number);
    return { register, form: storeForm(selector, resolved), place };
  });
  for (const { register, form, place } of results) {
    if (place.register >= 0) continue;
    draft.memory(form, register, stackAddress(Shape.incoming, place.stackWord));
  }
  draft.append(Pseudo.return);
  for (const { register, place } of results) {
    if (place.register >= 0) draft.fixed(register, Role.use, place.register);
  }
}

/**
 * tailCall and tailCallPointer: arguments in registers, and in the stack area of the function's own,
 * in which every caller has left room for them. Its own were all loaded when it was entered.
 */
export function selectTailCall(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const values = fn.listOf(value).map((operand) => fn.resolve(operand));
  const types = typesOf(selector, values);
  const resultCount = fn.signature.results.length;
  checkArea(selector, areaWords(types, resultCount));
  const places = argumentPlaces(types, resultCount);
  const registers = values.map((operand) => selector.registerOf(operand));
  const isPointer = selector.operationOf(value) === Operation.tailCallPointer;
  const pointer = isPointer ? selector.registerOf(fn.a[value] as number) : -1;
  storeStackArguments(selector, values, registers, places, Shape.incoming);
  if (isPointer) {
    draft.append(Pseudo.tailCallPointer);
    draft.operand(pointer, Role.use);
  } else {
    draft.symbolImmediate(Pseudo.tailCall, -1, selector.immediateOf(value).low, 0);
  }
  registers.forEach((register, index) => {
    const place = places[index] as Place;
    if (place.register >= 0) draft.fixed(register, Role.use, place.register);
  });
}

function checkArea({ environment, fn }: Selector, words: number): void {
  const { parameters, results } = fn.signature;
  const own = areaWords(parameters, results.length);
  if (words <= Math.max(own, environment.callAreaWords)) return;
  throw new SelectionError("a tail call needs more of the stack than its callers left", fn.name);
}
