import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MachineFunction } from "../machine/machine-function.ts";
import { SsaFunction } from "../ssa/function.ts";
import { compileText } from "./compile-text.fixture.ts";

type Column = Int8Array | Uint8Array | Uint16Array | Int32Array;

/** Does what growing does, without need, and spoils what somebody may still look at. */
function moveColumns(owner: object): void {
  for (const [name, value] of Object.entries(owner)) {
    if (!ArrayBuffer.isView(value)) continue;
    const column = value as Column;
    Reflect.set(owner, name, column.slice());
    column.fill(0x55);
  }
}

/** Lets a method of a class move its object's columns whenever it is called; returns what undoes that. */
function moveAfter(prototype: object, name: string): () => void {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== "function") throw new TypeError(`there is no method ${name}`);
  Reflect.set(prototype, name, function (this: object, ...parameters: unknown[]): unknown {
    const result: unknown = Reflect.apply(method, this, parameters);
    moveColumns(this);
    return result;
  });
  return () => void Reflect.set(prototype, name, method);
}

function codeOf(text: string): string[] {
  return compileText(text).functions.map(({ bytes }) => Buffer.from(bytes).toString("hex"));
}

const folder = new URL("cases/", import.meta.url);

it.each(readdirSync(folder))("makes the same code of %s wherever columns move", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  const expected = codeOf(text);
  const undo = [
    moveAfter(SsaFunction.prototype, "create"),
    moveAfter(MachineFunction.prototype, "append"),
    moveAfter(MachineFunction.prototype, "addOperand"),
  ];
  try {
    expect(codeOf(text)).toEqual(expected);
  } finally {
    for (const step of undo) step();
  }
});
