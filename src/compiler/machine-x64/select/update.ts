import type { Value } from "../../ssa/function.ts";
import { accessBytes, isCommutative, Operation } from "../../ssa/operations.ts";
import { Form, type FormId, type FormName } from "../encoding.ts";
import { accessOf, type Selector } from "./selector.ts";

/** The forms of an operation on memory of one width. */
interface UpdateForms {
  readonly register: FormId;
  readonly immediate8: FormId;
  /** For immediates that do not fit a signed byte; bytes have none. */
  readonly immediate: FormId | undefined;
}

const names = new Map<number, "add" | "sub" | "and" | "or" | "xor">([
  [Operation.add, "add"],
  [Operation.subtract, "sub"],
  [Operation.and, "and"],
  [Operation.or, "or"],
  [Operation.xor, "xor"],
]);

/** By the bytes of the access, then by operation; an immediate of 16 bits would decode slowly. */
const updateForms = new Map(
  [1, 4, 8].map((bytes) => [
    bytes,
    new Map([...names].map(([operation, name]) => [operation, formsOf(name, bytes * 8)])),
  ]),
);

function formsOf(name: string, bits: number): UpdateForms {
  const form = (suffix: string) => Form[`${name}_rm${bits}_${suffix}` as FormName];
  return {
    register: form(`r${bits}`),
    immediate8: form("imm8"),
    immediate: bits === 8 ? undefined : form("imm32"),
  };
}

/**
 * A store of what an operation makes of the old contents: one instruction on memory. Returns
 * whether it was that.
 */
export function selectUpdate(selector: Selector, store: Value): boolean {
  const { fn } = selector;
  if (selector.operationOf(store) !== Operation.store) return false;
  const bytes = accessBytes[accessOf(fn.aux[store] as number)] as number;
  const value = fn.resolve(fn.b[store] as number);
  const operation = selector.operationOf(value);
  const forms = updateForms.get(bytes)?.get(operation);
  if (forms === undefined || selector.singleUse(value, operation) === undefined) return false;
  const second = fn.b[value] as Value;
  if (selector.foldUpdate(fn.a[value] as Value)) emit(selector, store, forms, second);
  else if (isCommutative[operation] === 1 && selector.foldUpdate(second)) {
    emit(selector, store, forms, fn.a[value] as Value);
  } else return false;
  return true;
}

function emit(selector: Selector, store: Value, forms: UpdateForms, operand: Value): void {
  const { draft } = selector;
  const address = selector.addressOf(store);
  const constant = selector.smallConstant(operand);
  const immediate =
    forms.immediate === undefined && constant !== undefined ? (constant << 24) >> 24 : constant;
  if (immediate === undefined) {
    draft.memory(forms.register, selector.lowRegisterOf(operand), address);
  } else if (immediate === (immediate << 24) >> 24) {
    draft.memory(forms.immediate8, -1, address, immediate);
  } else draft.memory(forms.immediate as FormId, -1, address, immediate);
}
