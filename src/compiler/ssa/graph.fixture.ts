import { SsaFunction } from "./function.ts";
import { Operation, ValueType } from "./operations.ts";

/** A function whose blocks hold nothing but edges. */
export function graph(successors: readonly (readonly number[])[]): SsaFunction {
  const fn = new SsaFunction("graph", { parameters: [], results: [] });
  for (const _ of successors) fn.createBlock();
  successors.forEach((targets, block) => {
    const edges = targets.map((to) => fn.createEdge(block, to));
    const operation = edges.length === 0 ? Operation.return : Operation.switch;
    const list = fn.createList(edges);
    fn.append(block, fn.create(operation, ValueType.none, -1, list, edges.length));
  });
  return fn;
}
