import { invalid, withDecodeErrors } from "../wasm/errors.ts";
import type { Module } from "../wasm/module.ts";
import { FunctionValidator } from "./function-validator.ts";
import { handlers } from "./handlers.ts";
import { checkImmediate } from "./immediates.ts";
import { signatures } from "./signatures.ts";

/**
 * Checks the bodies of all functions of a decoded module. Throws a `DecodeError` that names the
 * function, the offset and the reason, or an `UnsupportedError`.
 */
export function validateFunctions(module: Module): void {
  module.functions.forEach(({ body }, index) => {
    if (body !== undefined) validateFunction(module, index);
  });
}

/** Checks one function's body, as `validateFunctions` does for all. */
export function validateFunction(module: Module, functionIndex: number): void {
  withDecodeErrors(() => {
    const validator = new FunctionValidator(module, functionIndex);
    const { frames, reader } = validator;
    while (frames.length > 0) {
      reader.next();
      const { opcode } = reader;
      checkImmediate(validator);
      const signature = signatures[opcode];
      if (signature !== undefined) validator.apply(signature.parameters, signature.results);
      else {
        const handler = handlers[opcode];
        if (handler === undefined) throw invalid(reader.offset, "unexpected opcode");
        handler(validator);
      }
    }
    if (!reader.atEnd) throw validator.error("instructions behind the end of the function");
  });
}
