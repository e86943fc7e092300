import { expect, it } from "vitest";
import { none, SsaFunction } from "./function.ts";
import { mapOperands } from "./map-uses.ts";
import { Operation, ValueType } from "./operations.ts";

it("puts what is created meanwhile in place, however many values there are", () => {
  const fn = new SsaFunction("crowded", { parameters: [], results: [] });
  const create = () => fn.create(Operation.constant, ValueType.i32);
  const old = [create(), create()] as const;
  const sum = fn.create(Operation.add, ValueType.i32, ...old);
  for (let values = 0; values < 10_000; values++) {
    const made: number[] = [];
    mapOperands(fn, sum, () => {
      const value = create();
      made.push(value);
      return value;
    });
    expect([fn.a[sum], fn.b[sum], fn.c[sum]]).toEqual([...made, none]);
  }
});
