/** What goes on while a value is turned into text for people. */

/** Objects with a method by this name describe themselves, as in Node. */
export const customInspect = Symbol.for("nodejs.util.inspect.custom");

/** How far and how wide. */
export interface InspectOptions {
  readonly depth?: number | null | undefined;
  readonly breakLength?: number | undefined;
  readonly compact?: number | boolean | undefined;
  readonly showHidden?: boolean | undefined;
  readonly maxArrayLength?: number | null | undefined;
  readonly maxStringLength?: number | null | undefined;
  readonly sorted?: boolean | undefined;
  readonly colors?: boolean | undefined;
  readonly getters?: boolean | undefined;
}

/** What goes on while one value is described. */
export interface Inspection {
  /** A value as text, at a depth. */
  describe(value: unknown, depth: number, inspection: Inspection): string;
  readonly depth: number;
  readonly breakLength: number;
  readonly compact: number;
  readonly showHidden: boolean;
  readonly maxArrayLength: number;
  readonly maxStringLength: number;
  readonly sorted: boolean;
  readonly options: InspectOptions;
  /** Objects that are being described, outermost first. */
  readonly open: object[];
  /** Objects that contain themselves, with their numbers. */
  readonly circular: Map<object, number>;
  indentation: number;
  /** How deep the object lies that was described last. */
  lastDepth: number;
}

/** The parts of an object's text. */
export interface Contents {
  /** What stands before the brace, for functions, dates, errors and the like. */
  readonly base: string;
  readonly open: string;
  readonly close: string;
  readonly entries: string[];
  readonly isArray: boolean;
}
