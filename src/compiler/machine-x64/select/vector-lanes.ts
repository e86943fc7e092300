import type { Value } from "../../ssa/function.ts";
import { Operation } from "../../ssa/operations.ts";
import { laneBits, laneOf, shapeOf, shapes } from "../../ssa/vector-operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { copyFloat } from "./compare.ts";
import type { Selector } from "./selector.ts";
import { VectorCode } from "./vector-code.ts";

/** In pshufd: the lower half twice, the upper half twice. */
const lowerHalves = 0x44;
const upperHalves = 0xee;

/** pair of values that are not both constant. */
export function selectPair(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const target = selector.resultRegister(value);
  draft.registers(Form.movq_x_rm64, target, selector.registerOf(fn.a[value] as Value));
  insert(selector, Form.pinsrq_x_rm64_imm8, target, fn.b[value] as Value, 8, 1);
}

/** splat. */
export function selectSplat(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const shape = shapes[shapeOf(fn.aux[value] as number)];
  const operand = fn.a[value] as Value;
  const target = selector.resultRegister(value);
  const code = new VectorCode(selector);
  if (shape === "f32x4") {
    code.apply("pshufd", target, selector.registerOf(operand), 0);
    return;
  }
  if (shape === "f64x2") {
    const address = selector.foldLoad(operand);
    if (address !== undefined) draft.memory(Form.movddup_x_xm64, target, address);
    else draft.registers(Form.movddup_x_xm64, target, selector.registerOf(operand));
    return;
  }
  const moved = code.fresh();
  const isWide = shape === "i64x2";
  const address = selector.foldLoad(operand);
  const form = isWide ? Form.movq_x_rm64 : Form.movd_x_rm32;
  if (address !== undefined) draft.memory(form, moved, address);
  else draft.registers(form, moved, selector.registerOf(operand));
  if (shape === "i8x16") {
    code.copy(moved, target);
    code.apply("pshufb", target, code.zero());
  } else if (shape === "i16x8") {
    code.apply("pshufd", target, code.made("pshuflw", moved, 0), 0);
  } else code.apply("pshufd", target, moved, isWide ? lowerHalves : 0);
}

/** Forms that extract an integer lane, by the logarithm of its bytes. */
const extractions: readonly (FormId | undefined)[] = [
  Form.pextrb_r32m8_x_imm8,
  Form.pextrw_r32m16_x_imm8,
  Form.pextrd_rm32_x_imm8,
  Form.pextrq_rm64_x_imm8,
];

/** Forms that take the first lane of each shape. */
const firstLanes: readonly (FormId | undefined)[] = [
  undefined,
  undefined,
  Form.movd_rm32_x,
  Form.movq_rm64_x,
  Form.movaps_x_xm128,
  Form.movaps_x_xm128,
];

/** extractLane. */
export function selectExtractLane(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const aux = fn.aux[value] as number;
  const shape = shapeOf(aux);
  const lane = laneOf(aux);
  const target = selector.resultRegister(value);
  const operand = selector.registerOf(fn.a[value] as Value);
  const first = lane === 0 ? firstLanes[shape] : undefined;
  const extraction = extractions[shape];
  if (first !== undefined) draft.registers(first, target, operand);
  else if (extraction !== undefined) draft.registers(extraction, target, operand, lane);
  else {
    const lanes = shapes[shape] === "f64x2" ? upperHalves : lane;
    draft.registers(Form.pshufd_x_xm128_imm8, target, operand, lanes);
  }
}

/** How a lane goes to memory: `position` counts lanes of the stored width. */
interface StoredLane {
  readonly form: FormId;
  readonly vector: Value;
  readonly position: number;
}

/** Forms that store the first lane without an immediate, by its bytes. */
const firstLaneStores = new Map<number, FormId>([
  [4, Form.movss_m32_x],
  [8, Form.movsd_m64_x],
]);

/** The lane of a vector that a store of some bytes writes, if nobody else needs that lane. */
export function storedLane(
  selector: Selector,
  stored: Value,
  bytes: number,
): StoredLane | undefined {
  const { fn } = selector;
  const value = selector.singleUse(stored, Operation.extractLane);
  if (value === undefined) return undefined;
  const aux = fn.aux[value] as number;
  const laneBytes = (laneBits[shapeOf(aux)] ?? 0) / 8;
  // What is stored of a narrow lane may be its zero-extension.
  if (bytes > laneBytes) return undefined;
  const position = (laneOf(aux) * laneBytes) / bytes;
  const first = position === 0 ? firstLaneStores.get(bytes) : undefined;
  const form = first ?? extractions[Math.log2(bytes)];
  if (form === undefined) return undefined;
  return { form, vector: fn.a[value] as Value, position };
}

/** Forms that insert an integer lane. */
const insertions: readonly (FormId | undefined)[] = [
  Form.pinsrb_x_r32m8_imm8,
  Form.pinsrw_x_r32m16_imm8,
  Form.pinsrd_x_rm32_imm8,
  Form.pinsrq_x_rm64_imm8,
];

/** replaceLane. */
export function selectReplaceLane(selector: Selector, value: Value): void {
  const { fn } = selector;
  const aux = fn.aux[value] as number;
  const shape = shapeOf(aux);
  const lane = laneOf(aux);
  const scalar = fn.b[value] as Value;
  const target = selector.resultRegister(value);
  copyFloat(selector, target, fn.a[value] as Value);
  const insertion = insertions[shape];
  if (insertion !== undefined) {
    insert(selector, insertion, target, scalar, (laneBits[shape] ?? 0) / 8, lane);
  } else if (shapes[shape] === "f32x4") {
    insert(selector, Form.insertps_x_xm32_imm8, target, scalar, 4, lane << 4);
  } else {
    const form = lane === 0 ? Form.movsd_x_x : Form.movlhps_x_x;
    selector.draft.registers(form, target, selector.registerOf(scalar));
  }
}

/** Inserts a scalar, from memory if it is loaded for this alone. */
function insert(
  selector: Selector,
  form: FormId,
  target: number,
  scalar: Value,
  bytes: number,
  immediate: number,
): void {
  const address = selector.foldLoad(scalar, bytes);
  if (address !== undefined) selector.draft.memory(form, target, address, immediate);
  else selector.draft.registers(form, target, selector.registerOf(scalar), immediate);
}
