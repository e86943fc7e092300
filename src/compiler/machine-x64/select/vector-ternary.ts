import { none, type Value } from "../../ssa/function.ts";
import { vectorNames } from "../../ssa/vector-operations.ts";
import { Form, type FormId } from "../encoding.ts";
import type { Selector } from "./selector.ts";
import { type Packed, VectorCode } from "./vector-code.ts";

/** Instructions for a product and a sum: rounded once, from x86-64-v3 on, or one by one. */
interface MultiplyAdd {
  readonly fused: FormId;
  readonly multiply: Packed;
  readonly add: Packed;
  readonly subtract: Packed;
  readonly isNegated: boolean;
}

const single = { multiply: "mulps", add: "addps", subtract: "subps" } as const;
const double = { multiply: "mulpd", add: "addpd", subtract: "subpd" } as const;

const rows: Readonly<Record<string, MultiplyAdd>> = {
  "f32x4.relaxed_madd": { ...single, fused: Form.vfmadd231ps_x_v128_xm128, isNegated: false },
  "f32x4.relaxed_nmadd": { ...single, fused: Form.vfnmadd231ps_x_v128_xm128, isNegated: true },
  "f64x2.relaxed_madd": { ...double, fused: Form.vfmadd231pd_x_v128_xm128, isNegated: false },
  "f64x2.relaxed_nmadd": { ...double, fused: Form.vfnmadd231pd_x_v128_xm128, isNegated: true },
};

/** vectorTernary: a * b + c, or c - a * b. */
export function selectVectorTernary(selector: Selector, value: Value): void {
  const { draft, environment, fn } = selector;
  const row = rows[vectorNames[fn.aux[value] as number] ?? ""] as MultiplyAdd;
  const [a = none, b = none, c = none] = [fn.a, fn.b, fn.c].map((column) =>
    selector.registerOf(column[value] as Value),
  );
  const code = new VectorCode(selector);
  const target = selector.resultRegister(value);
  if (environment.hasLevel3) {
    code.copy(c, target);
    draft.threeRegisters(row.fused, target, a, b);
    return;
  }
  const product = code.copy(a, row.isNegated ? undefined : target);
  code.apply(row.multiply, product, b);
  if (row.isNegated) code.copy(c, target);
  code.apply(row.isNegated ? row.subtract : row.add, target, row.isNegated ? product : c);
}
