import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { accessBytes, Operation } from "../../ssa/operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { AtomicUpdate, Pseudo } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import { accessOf, type Selector } from "./selector.ts";

const { rax } = Register;

/** Forms by the size of the access as an exponent of two. */
const exchanges: readonly FormId[] = [
  Form.xchg_r8_rm8,
  Form.xchg_r16_rm16,
  Form.xchg_r32_rm32,
  Form.xchg_r64_rm64,
];
const additions: readonly FormId[] = [
  Form.lock_xadd_m8_r8,
  Form.lock_xadd_m16_r16,
  Form.lock_xadd_m32_r32,
  Form.lock_xadd_m64_r64,
];
const compareExchanges: readonly FormId[] = [
  Form.lock_cmpxchg_m8_r8,
  Form.lock_cmpxchg_m16_r16,
  Form.lock_cmpxchg_m32_r32,
  Form.lock_cmpxchg_m64_r64,
];
/** What makes of a register's low part a whole value. */
const extensions: readonly FormId[] = [
  Form.movzx_r32_rm8,
  Form.movzx_r32_rm16,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
];

function sizeOf({ fn }: Selector, value: Value): number {
  return Math.log2(accessBytes[accessOf(fn.aux[value] as number)] ?? 1);
}

/** A copy of the second operand, which the instruction overwrites. */
function copyOfSecond(selector: Selector, value: Value): number {
  const copy = selector.temporary();
  const register = selector.registerOf(selector.fn.b[value] as number);
  selector.draft.registers(Form.mov_r64_rm64, copy, register);
  return copy;
}

/** atomicStore: an exchange, which is locked by itself (Intel SDM volume 3, 9.2.3.9). */
export function selectAtomicStore(selector: Selector, value: Value): void {
  const copy = copyOfSecond(selector, value);
  const address = selector.addressOf(value);
  selector.draft.memory(exchanges[sizeOf(selector, value)] as FormId, copy, address);
}

/** atomicAdd and atomicExchange. */
export function selectAtomicExchange(selector: Selector, value: Value): void {
  const size = sizeOf(selector, value);
  const isAddition = selector.operationOf(value) === Operation.atomicAdd;
  const form = (isAddition ? additions : exchanges)[size] as FormId;
  const copy = copyOfSecond(selector, value);
  const address = selector.addressOf(value);
  selector.draft.memory(form, copy, address);
  selector.draft.registers(extensions[size] as FormId, selector.resultRegister(value), copy);
}

/** atomicCompareExchange: what is expected, and then what was found, is in rax. */
export function selectAtomicCompareExchange(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const size = sizeOf(selector, value);
  const expected = selector.registerOf(fn.b[value] as number);
  const replacement = selector.registerOf(fn.c[value] as number);
  const found = selector.temporary();
  const address = selector.addressOf(value);
  draft.memory(compareExchanges[size] as FormId, replacement, address);
  draft.fixed(expected, Role.use, rax);
  draft.fixed(found, Role.define, rax);
  draft.registers(extensions[size] as FormId, selector.resultRegister(value), found);
}

const updates = new Map<number, number>([
  [Operation.atomicAnd, AtomicUpdate.and],
  [Operation.atomicOr, AtomicUpdate.or],
  [Operation.atomicXor, AtomicUpdate.xor],
]);

/** atomicAnd, atomicOr and atomicXor: a loop around cmpxchg, for the value before is wanted. */
export function selectAtomicUpdate(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const operand = selector.registerOf(fn.b[value] as number);
  const place = selector.temporary();
  const found = selector.temporary();
  draft.memory(Form.lea_r64_m, place, selector.addressOf(value));
  const update = updates.get(selector.operationOf(value)) ?? AtomicUpdate.and;
  draft.append(Pseudo.atomicUpdate, update, sizeOf(selector, value));
  draft.fixed(found, Role.earlyDefine, rax);
  draft.operand(operand, Role.use);
  draft.operand(place, Role.use);
  draft.registers(Form.mov_r64_rm64, selector.resultRegister(value), found);
}

/** atomicFence. */
export function selectAtomicFence({ draft }: Selector): void {
  draft.append(Form.mfence);
}
