import { MachineFunction } from "../../machine/machine-function.ts";
import { reversePostorder } from "../../ssa/control-flow.ts";
import type { Block, Edge, SsaFunction, Value } from "../../ssa/function.ts";
import { keepLoopsWhole, type Loops, loopsOf } from "../../ssa/loops.ts";
import { Operation } from "../../ssa/operations.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import {
  resultsOfCalls,
  selectArrival,
  selectCall,
  selectCatchingCall,
  selectEntry,
  selectReturn,
  selectTailCall,
} from "./calls.ts";
import { selectBranch, selectSwitch } from "./control.ts";
import { handlers } from "./handlers.ts";
import { type SelectionEnvironment, Selector } from "./selector.ts";

/** A function as machine instructions on virtual registers. */
export interface SelectedFunction {
  readonly code: MachineFunction;
  /** Numbers of the Linux system calls that it makes after sealing. */
  readonly systemCalls: readonly number[];
  /** The virtual register of a value, or -1 where it needs none. */
  readonly registerOf: (value: Value) => number;
}

/** The groups of one block in the draft, and how control leaves it. */
interface SelectedBlock {
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly exchangeSuccessors: boolean;
}

/** Selects x86-64 instructions for a function in SSA form without unreachable blocks. */
export function selectInstructions(
  fn: SsaFunction,
  environment: SelectionEnvironment,
): SelectedFunction {
  const loops = loopsOf(fn);
  const order = layoutOrder(fn, loops);
  const selector = new Selector(fn, environment, order, loops.depths);
  const results = resultsOfCalls(selector, order);
  const edges = new EdgeArguments(selector);
  const selected = new Map<Block, SelectedBlock>();
  for (const block of [...order].reverse()) {
    selected.set(block, selectBlock(selector, block, results, edges));
  }
  const code = assembleBlocks(selector, order, loops, selected, edges);
  return {
    code,
    systemCalls: [...selector.systemCalls].sort((a, b) => a - b),
    registerOf: (value) => (selector.hasRegister(value) ? selector.resultRegister(value) : -1),
  };
}

/** Loops in one piece each, and blocks that end in a trap behind all others. */
function layoutOrder(fn: SsaFunction, loops: Loops): Block[] {
  const order = keepLoopsWhole(reversePostorder(fn), loops);
  const isCold = (block: Block) =>
    block !== 0 && fn.operation[fn.terminatorOf(block)] === Operation.trap;
  return [...order.filter((block) => !isCold(block)), ...order.filter(isCold)];
}

const noEdges: ReadonlyMap<Edge, Edge> = new Map();

/** Virtual registers that edges carry, and the groups in which their constants are made. */
class EdgeArguments {
  private readonly registers = new Map<Edge, number[]>();
  private readonly groups = new Map<Edge, { first: number; last: number }>();

  /** What `withBlocks` found, by the first of the edges. */
  private readonly shared = new Map<Edge, ReadonlyMap<Edge, Edge>>();

  constructor(private readonly selector: Selector) {}

  /**
   * The edges among those that leave a block which need a block of their own, because they carry
   * arguments or are critical, and for each the one in whose block it shares: cases of a switch
   * often lead to one place.
   */
  withBlocks(leaving: readonly Edge[]): ReadonlyMap<Edge, Edge> {
    if (leaving.length <= 1) return noEdges;
    const known = this.shared.get(leaving[0] as Edge);
    if (known !== undefined) return known;
    const { fn } = this.selector;
    const shared = new Map<Edge, Edge>();
    this.shared.set(leaving[0] as Edge, shared);
    const plain = new Map<Block, Edge>();
    for (const edge of leaving) {
      const to = fn.edgeTo[edge] as Block;
      if (fn.argumentsOf(edge).length > 0) {
        shared.set(edge, edge);
      } else if (fn.predecessorsOf(to).length > 1) {
        const first = plain.get(to) ?? edge;
        plain.set(to, first);
        shared.set(edge, first);
      }
    }
    return shared;
  }

  /** Asks for the arguments of an edge, in a group of their own. */
  select(edge: Edge): void {
    const { fn, draft } = this.selector;
    const first = draft.groupCount;
    draft.beginGroup(fn.origin[fn.terminatorOf(fn.edgeFrom[edge] as Block)] as number);
    const registers = fn.argumentsOf(edge).map((value) => this.selector.registerOf(value));
    draft.append(Pseudo.jump);
    this.registers.set(edge, registers);
    this.groups.set(edge, { first, last: draft.groupCount });
  }

  registersOf(edge: Edge): number[] {
    return this.registers.get(edge) ?? [];
  }

  groupsOf(edge: Edge): { first: number; last: number } {
    return this.groups.get(edge) ?? { first: 0, last: 0 };
  }
}

function selectBlock(
  selector: Selector,
  block: Block,
  results: ReadonlyMap<Value, Value[]>,
  edges: EdgeArguments,
): SelectedBlock {
  const { fn } = selector;
  const instructions = fn.instructionsOf(block);
  const leaving = fn.edgesOf(block);
  for (const [edge, first] of edges.withBlocks(leaving)) {
    if (edge === first) edges.select(edge);
  }
  const firstGroup = selector.draft.groupCount;
  const terminator = fn.terminatorOf(block);
  const jumps = fn.operation[terminator] === Operation.jump;
  if (jumps) edges.select(leaving[0] as Edge);
  const caught = catchingCall(fn, block);
  const exchangeSuccessors = jumps ? false : selectTerminator(selector, terminator);
  if (caught !== undefined) selectCatchingCall(selector, caught, results.get(caught) ?? []);
  for (let index = instructions.length - 2; index >= 0; index--) {
    const instruction = instructions[index] as Value;
    if (instruction !== caught) selectInstruction(selector, instruction, results);
  }
  const call = arrivingCall(fn, block);
  if (call !== undefined) {
    selector.draft.beginGroup(fn.origin[call] as number);
    selectArrival(selector, call, results.get(call) ?? []);
  }
  if (block === 0) {
    selector.draft.beginGroup(0);
    selectEntry(selector);
  }
  return { firstGroup, lastGroup: selector.draft.groupCount, exchangeSuccessors };
}

/** The call that an `unwind` at the end of a block belongs to. */
function catchingCall(fn: SsaFunction, block: Block): Value | undefined {
  if (fn.operation[fn.terminatorOf(block)] !== Operation.unwind) return undefined;
  return fn.instructionsOf(block).at(-2);
}

/** The catching call that returns to a block. */
function arrivingCall(fn: SsaFunction, block: Block): Value | undefined {
  const [edge] = fn.predecessorsOf(block);
  if (edge === undefined) return undefined;
  const from = fn.edgeFrom[edge] as Block;
  return fn.edgesOf(from)[0] === edge ? catchingCall(fn, from) : undefined;
}

function selectTerminator(selector: Selector, terminator: Value): boolean {
  selector.begin(terminator);
  switch (selector.operationOf(terminator)) {
    case Operation.branch:
      return selectBranch(selector, terminator);
    case Operation.switch:
      selectSwitch(selector, terminator);
      return false;
    case Operation.return:
      selectReturn(selector, terminator);
      return false;
    case Operation.tailCall:
    case Operation.tailCallPointer:
      selectTailCall(selector, terminator);
      return false;
    default:
      handlers[selector.operationOf(terminator)]?.(selector, terminator);
      return false;
  }
}

function selectInstruction(
  selector: Selector,
  value: Value,
  results: ReadonlyMap<Value, Value[]>,
): void {
  if (!selector.isNeeded(value)) return;
  selector.begin(value);
  const operation = selector.operationOf(value);
  if (operation === Operation.call || operation === Operation.callPointer) {
    selectCall(selector, value, results.get(value) ?? []);
  } else {
    handlers[operation]?.(selector, value);
  }
}

/** Puts the blocks, and the blocks of edges that need one, into layout order. */
function assembleBlocks(
  selector: Selector,
  order: readonly Block[],
  loops: Loops,
  selected: ReadonlyMap<Block, SelectedBlock>,
  edges: EdgeArguments,
): MachineFunction {
  const { fn, draft } = selector;
  const numbers = numberBlocks(fn, order, edges);
  const code = new MachineFunction(fn.name, draft.code.count + 1);
  code.registerClasses = draft.code.registerClasses;
  code.rematerialization = draft.code.rematerialization;
  if (selector.hasVectors) code.wordsOfClass = [1, 2];
  const numberOf = (block: Block) => numbers.blocks.get(block) as number;
  const appendEdges = (block: Block) => {
    for (const [edge, shared] of edges.withBlocks(fn.edgesOf(block))) {
      if (edge !== shared) continue;
      const { first, last } = edges.groupsOf(edge);
      draft.copyGroups(first, last, code);
      const to = fn.edgeTo[edge] as Block;
      const depth = loops.commonDepth(block, to);
      code.endBlock([numberOf(to)], [], edges.registersOf(edge), depth);
    }
  };
  for (const block of order) {
    const { firstGroup, lastGroup, exchangeSuccessors } = selected.get(block) as SelectedBlock;
    draft.copyGroups(firstGroup, lastGroup, code);
    const leaving = fn.edgesOf(block);
    const successors = leaving.map(
      (edge) => numbers.edges.get(edge) ?? numberOf(fn.edgeTo[edge] as Block),
    );
    if (exchangeSuccessors) successors.reverse();
    const depth = loops.depths[block] as number;
    const parameters = block === 0 ? [] : parameterRegisters(selector, block);
    const own = leaving.length === 1 ? edges.registersOf(leaving[0] as Edge) : [];
    code.endBlock(successors, parameters, own, depth);
    if (!isUnwinding(fn, block)) appendEdges(block);
  }
  for (const block of order) if (isUnwinding(fn, block)) appendEdges(block);
  code.finishBlocks();
  return code;
}

function isUnwinding(fn: SsaFunction, block: Block): boolean {
  return fn.operation[fn.terminatorOf(block)] === Operation.unwind;
}

function parameterRegisters(selector: Selector, block: Block): number[] {
  return selector.fn.parametersOf(block).map((value) => selector.resultRegister(value));
}

/** The machine block of each SSA block and of each edge that has one. */
function numberBlocks(fn: SsaFunction, order: readonly Block[], edges: EdgeArguments) {
  const blocks = new Map<Block, number>();
  const edgeBlocks = new Map<Edge, number>();
  let next = 0;
  const numberEdges = (block: Block) => {
    for (const [edge, first] of edges.withBlocks(fn.edgesOf(block))) {
      edgeBlocks.set(edge, edge === first ? next++ : (edgeBlocks.get(first) as number));
    }
  };
  for (const block of order) {
    blocks.set(block, next++);
    if (!isUnwinding(fn, block)) numberEdges(block);
  }
  // What is left by exceptions stands behind everything else.
  for (const block of order) if (isUnwinding(fn, block)) numberEdges(block);
  return { blocks, edges: edgeBlocks };
}
