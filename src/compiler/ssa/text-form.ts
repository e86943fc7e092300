/** Words of the textual form, shared by printer and parser. */
import { trapKinds } from "../../contracts/traps.ts";
import { intrinsicName } from "./intrinsics.ts";
import {
  Access,
  Condition,
  isAddressed,
  Operation,
  type OperationName,
  operationNames,
  Space,
  ValueType,
} from "./operations.ts";
import { laneAux, laneCounts, laneOf, shapeOf, shapes, vectorNames } from "./vector-operations.ts";

/** Names of value types by number. */
export const typeNames = Object.keys(ValueType);

/** Names of conditions by number. */
const conditionWords = Object.keys(Condition);

/** Names of accesses by number. */
const accessWords = Object.keys(Access);

const spaceWords = Object.keys(Space);

/** The name of a space: "kernel", "app", and "app1" ... for the app's memories after its first. */
function spaceText(space: number): string {
  return spaceWords[space] ?? `app${space - Space.app}`;
}

/** Names of traps by number. */
const trapWords: readonly string[] = Object.values(trapKinds).map(
  ({ id }) => Object.entries(trapKinds).find(([, kind]) => kind.id === id)?.[0] ?? "",
);

/** What stands behind an operation's name for its `aux` column, from a dot on. */
export function auxText(operation: number, aux: number): string {
  if (isAddressed[operation] === 1) return `.${accessWords[aux & 15]}.${spaceText(aux >> 4)}`;
  switch (operation) {
    case Operation.compare:
      return `.${conditionWords[aux]}`;
    case Operation.loadSymbol:
    case Operation.storeSymbol:
      return `.${accessWords[aux & 15]}`;
    case Operation.trapIf:
    case Operation.trap:
      return `.${trapWords[aux]}`;
    case Operation.intrinsic:
      return `.${intrinsicName(aux)}`;
    case Operation.result:
      return `.${aux}`;
    case Operation.call:
    case Operation.callPointer:
      return aux > 1 ? `.${aux}` : "";
    case Operation.splat:
      return `.${shapes[shapeOf(aux)]}`;
    case Operation.extractLane:
    case Operation.replaceLane:
      return `.${shapes[shapeOf(aux)]}.${laneOf(aux)}`;
    case Operation.vectorUnary:
    case Operation.vectorBinary:
    case Operation.vectorTernary:
    case Operation.vectorShift:
    case Operation.vectorTest:
      return `.${vectorNames[aux]}`;
    default:
      return "";
  }
}

/** The operation and `aux` of an access to one of the app's memories after its first. */
export function furtherAccess(text: string): { operation: number; aux: number } | undefined {
  const match = /^(\w+)\.(\w+)\.app(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, name = "", access = "", memory] = match;
  const operation = operationNames.indexOf(name as OperationName);
  if (isAddressed[operation] !== 1) return undefined;
  return { operation, aux: accessWords.indexOf(access) | ((Space.app + Number(memory)) << 4) };
}

/** Every operation with a fixed set of words behind its name, by the whole text. */
export const auxWords: ReadonlyMap<string, { operation: number; aux: number }> = new Map(
  operationNames.flatMap((name) => {
    const operation = Operation[name];
    return auxNumbers(name).map((aux): [string, { operation: number; aux: number }] => [
      name + auxText(operation, aux),
      { operation, aux },
    ]);
  }),
);

function auxNumbers(name: OperationName): number[] {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  if (isAddressed[Operation[name]] === 1) {
    return upTo(16 + accessWords.length).filter((aux) => (aux & 15) < accessWords.length);
  }
  switch (name) {
    case "compare":
      return upTo(conditionWords.length);
    case "loadSymbol":
    case "storeSymbol":
      return upTo(accessWords.length);
    case "trapIf":
    case "trap":
      return upTo(trapWords.length);
    case "splat":
      return shapes.map((_, shape) => laneAux(shape, 0));
    case "extractLane":
    case "replaceLane":
      return laneCounts.flatMap((count, shape) => upTo(count).map((lane) => laneAux(shape, lane)));
    case "vectorUnary":
    case "vectorBinary":
    case "vectorTernary":
    case "vectorShift":
    case "vectorTest":
      return upTo(vectorNames.length);
    default:
      return [0];
  }
}
