import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A value as wast2json writes it: integers unsigned, floats by their bits, or "nan:canonical". */
export interface ScalarValue {
  readonly type: string;
  /** Absent where any value of the type will do. */
  readonly value?: string;
}

/** A vector's lanes, from the lowest on. */
export interface VectorValue {
  readonly type: "v128";
  readonly lane_type: LaneType;
  readonly value: readonly string[];
}

/** What lanes are said to be. */
export type LaneType = "i8" | "i16" | "i32" | "i64" | "f32" | "f64";

/** A value that a script passes or expects. */
export type ScriptValue = ScalarValue | VectorValue;

/** Whether a value is a vector. */
export function isVector(value: ScriptValue): value is VectorValue {
  return value.type === "v128";
}

/** A call of an exported function, or the reading of an exported global. */
export interface Action {
  readonly type: "invoke" | "get";
  /** The instance's name; without it the latest. */
  readonly module?: string;
  readonly field: string;
  readonly args?: readonly ScriptValue[];
}

/** One command of a script. */
export type Command =
  | {
      readonly type: "module";
      readonly line: number;
      readonly name?: string;
      readonly filename: string;
    }
  | {
      readonly type: "register";
      readonly line: number;
      readonly name?: string;
      readonly as: string;
    }
  | { readonly type: "action"; readonly line: number; readonly action: Action }
  | {
      readonly type: "assert_return";
      readonly line: number;
      readonly action: Action;
      /** The results, or (of relaxed instructions) the one result's alternatives. */
      readonly expected?: readonly ScriptValue[];
      readonly either?: readonly ScriptValue[];
    }
  | {
      readonly type: "assert_trap" | "assert_exhaustion";
      readonly line: number;
      readonly action: Action;
      readonly text: string;
    }
  | {
      readonly type: "assert_exception";
      readonly line: number;
      readonly action: Action;
    }
  | RefusedModule;

/** A module that must not get as far as to run. */
export interface RefusedModule {
  readonly type:
    | "assert_invalid"
    | "assert_malformed"
    | "assert_unlinkable"
    | "assert_uninstantiable";
  readonly line: number;
  readonly filename: string;
  readonly text: string;
  readonly module_type: "binary" | "text";
}

/** Commands and the modules that they name. */
export interface Script {
  readonly name: string;
  readonly commands: readonly Command[];
  bytes(filename: string): Uint8Array;
}

/** A script of the specification's tests in the form that wast2json gives it. */
export class ConvertedScript implements Script {
  readonly commands: readonly Command[];
  readonly name: string;
  private readonly folder: string;

  constructor(path: string) {
    this.name = basename(path, ".json");
    this.folder = dirname(path);
    const { commands } = JSON.parse(readFileSync(path, "utf8")) as { commands: Command[] };
    this.commands = commands;
  }

  /** The bytes of one of the script's modules. */
  bytes(filename: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.folder, filename)));
  }
}
