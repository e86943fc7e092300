import type { Value } from "../../ssa/function.ts";
import { Access, accessBytes, Operation } from "../../ssa/operations.ts";
import { immediateStores, loads32, loads64, storeImmediate, stores } from "../access-forms.ts";
import { Form, type FormId } from "../encoding.ts";
import { accessOf, isIntegerAccess, type Selector } from "./selector.ts";
import { selectUpdate } from "./update.ts";
import { storedLane } from "./vector-lanes.ts";

/** Loads into vectors, by access. */
const vectorLoads = new Map<number, FormId>([
  [Access.whole128, Form.movups_x_xm128],
  [Access.zero32, Form.movss_x_m32],
  [Access.zero64, Form.movsd_x_m64],
]);

/** load and loadSymbol. */
export function selectLoad(selector: Selector, value: Value): void {
  const access = accessOf(selector.fn.aux[value] as number);
  const forms = selector.isWide(value) ? loads64 : loads32;
  const form = vectorLoads.get(access) ?? forms[access];
  const address = selector.addressOf(value);
  selector.draft.memory(form as FormId, selector.resultRegister(value), address);
}

/** store and storeSymbol. */
export function selectStore(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const access = accessOf(fn.aux[value] as number);
  const isMemory = selector.operationOf(value) === Operation.store;
  const stored = (isMemory ? fn.b[value] : fn.a[value]) as Value;
  const form = stores[access] as FormId;
  const lane = storedLane(selector, stored, accessBytes[access] as number);
  if (lane !== undefined) {
    const address = selector.addressOf(value);
    draft.memory(lane.form, selector.registerOf(lane.vector), address, lane.position);
    return;
  }
  if (!isIntegerAccess(access)) {
    const address = selector.addressOf(value);
    draft.memory(form, selector.registerOf(stored), address);
    return;
  }
  if (selectUpdate(selector, value)) return;
  const address = selector.addressOf(value);
  const immediate = storedImmediate(selector, stored, access);
  if (immediate === undefined) draft.memory(form, selector.lowRegisterOf(stored), address);
  else draft.memory(immediateStores[access] as FormId, -1, address, immediate);
}

/** The constant that a store writes, cut to what its immediate takes. */
function storedImmediate(selector: Selector, stored: Value, access: number): number | undefined {
  const value = selector.fn.resolve(stored);
  if (selector.operationOf(value) !== Operation.constant) return undefined;
  const { low, high } = selector.immediateOf(value);
  return storeImmediate(access, low, high);
}
