import { type MachineImportName, machineImports } from "../../../contracts/machine-interface.ts";
import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation } from "../../ssa/operations.ts";
import { registerMask } from "../calling-convention.ts";
import { Form, type FormId } from "../encoding.ts";
import { type Address, baseAddress } from "../instruction-shape.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import { SelectionError } from "./selection-error.ts";
import type { Selector } from "./selector.ts";

const { rax, rcx, rdx, rbx, rsi, rdi, r8, r9, r10 } = Register;

type Handler = (selector: Selector, value: Value, operands: readonly Value[]) => void;

/** One access to memory at [first operand], 32- or 64-bit pointer alike. */
function reader(form: FormId): Handler {
  return (selector, value, [pointer = 0]) => {
    const address = addressAt(selector, pointer);
    selector.draft.memory(form, selector.resultRegister(value), address);
  };
}

function writer(form: FormId): Handler {
  return (selector, _value, [pointer = 0, stored = 0]) => {
    const address = addressAt(selector, pointer);
    selector.draft.memory(form, selector.registerOf(stored), address);
  };
}

/** The address in a pointer. A constant that one of 64 bits adds wraps as the processor's sums do. */
function addressAt(selector: Selector, pointer: Value): Address {
  const { fn } = selector;
  const isSum = selector.isWide(pointer) && selector.operationOf(pointer) === Operation.add;
  const offset = isSum ? selector.smallConstant(fn.b[pointer] as Value) : undefined;
  if (offset === undefined) return baseAddress(selector.registerOf(pointer));
  return baseAddress(selector.registerOf(fn.a[pointer] as Value), offset);
}

function plain(...forms: FormId[]): Handler {
  return ({ draft }) => {
    for (const form of forms) draft.append(form);
  };
}

function portInput(form: FormId, extend: FormId): Handler {
  return (selector, value, [port = 0]) => {
    const { draft } = selector;
    const portRegister = selector.registerOf(port);
    const read = selector.temporary();
    draft.append(form);
    draft.fixed(portRegister, Role.use, rdx);
    draft.fixed(read, Role.define, rax);
    draft.registers(extend, selector.resultRegister(value), read);
  };
}

function portOutput(form: FormId): Handler {
  return (selector, _value, [port = 0, written = 0]) => {
    const portRegister = selector.registerOf(port);
    const register = selector.registerOf(written);
    selector.draft.append(form);
    selector.draft.fixed(portRegister, Role.use, rdx);
    selector.draft.fixed(register, Role.use, rax);
  };
}

/** Joins the halves that rdtsc and rdmsr leave in edx and eax. */
function joinHalves(selector: Selector, value: Value, low: number, high: number): void {
  const { draft } = selector;
  const shifted = selector.temporary();
  const target = selector.resultRegister(value);
  draft.registers(Form.mov_r64_rm64, shifted, high);
  draft.registers(Form.shl_rm64_imm8, shifted, -1, 32);
  draft.registers(Form.mov_r64_rm64, target, low);
  draft.registers(Form.or_r64_rm64, target, shifted);
}

const readTimestamp: Handler = (selector, value) => {
  const low = selector.temporary();
  const high = selector.temporary();
  selector.draft.append(Form.rdtsc);
  selector.draft.fixed(low, Role.define, rax);
  selector.draft.fixed(high, Role.define, rdx);
  joinHalves(selector, value, low, high);
};

const readModelRegister: Handler = (selector, value, [number = 0]) => {
  const numberRegister = selector.registerOf(number);
  const low = selector.temporary();
  const high = selector.temporary();
  selector.draft.append(Form.rdmsr);
  selector.draft.fixed(numberRegister, Role.use, rcx);
  selector.draft.fixed(low, Role.define, rax);
  selector.draft.fixed(high, Role.define, rdx);
  joinHalves(selector, value, low, high);
};

const writeModelRegister: Handler = (selector, _value, [number = 0, written = 0]) => {
  const { draft } = selector;
  const numberRegister = selector.registerOf(number);
  const low = selector.registerOf(written);
  const high = selector.temporary();
  draft.registers(Form.mov_r64_rm64, high, low);
  draft.registers(Form.shr_rm64_imm8, high, -1, 32);
  draft.append(Form.wrmsr);
  draft.fixed(numberRegister, Role.use, rcx);
  draft.fixed(low, Role.use, rax);
  draft.fixed(high, Role.use, rdx);
};

/** CPUID: EAX, EBX, ECX and EDX to four words at a kernel pointer. */
const identify: Handler = (selector, _value, [leaf = 0, subleaf = 0, pointer = 0]) => {
  const { draft } = selector;
  const leafRegister = selector.registerOf(leaf);
  const subleafRegister = selector.registerOf(subleaf);
  const base = selector.registerOf(pointer);
  const words = [rax, rbx, rcx, rdx].map((register) => ({
    register,
    word: selector.temporary(),
  }));
  draft.append(Form.cpuid);
  draft.fixed(leafRegister, Role.use, rax);
  draft.fixed(subleafRegister, Role.use, rcx);
  for (const { register, word } of words) draft.fixed(word, Role.define, register);
  words.forEach(({ word }, index) => {
    draft.memory(Form.mov_rm32_r32, word, baseAddress(base, 4 * index));
  });
};

const systemCallArguments = [rdi, rsi, rdx, r10, r8, r9];

/** A Linux system call (System V ABI for x86-64, appendix A.2.1). */
function systemCall(sealed: boolean): Handler {
  return (selector, value, [number = 0, ...operands]) => {
    const constant = selector.fn.resolve(number);
    if (selector.operationOf(constant) !== Operation.constant) {
      throw new SelectionError("the number of a system call must be a constant", selector.fn.name);
    }
    if (sealed) selector.systemCalls.add(selector.immediateOf(constant).low);
    const { draft } = selector;
    const numberRegister = selector.registerOf(number);
    const registers = operands.map((operand) => selector.registerOf(operand));
    draft.append(Form.syscall);
    draft.fixed(numberRegister, Role.use, rax);
    registers.forEach((register, index) => {
      draft.fixed(register, Role.use, systemCallArguments[index] as number);
    });
    draft.fixed(selector.resultRegister(value), Role.define, rax);
    draft.clobber(registerMask([rcx]));
  };
}

const handlers: Partial<Record<MachineImportName, Handler>> = {
  "port.in8": portInput(Form.in_al_dx, Form.movzx_r32_rm8),
  "port.in16": portInput(Form.in_ax_dx, Form.movzx_r32_rm16),
  "port.in32": portInput(Form.in_eax_dx, Form.mov_r32_rm32),
  "port.out8": portOutput(Form.out_dx_al),
  "port.out16": portOutput(Form.out_dx_ax),
  "port.out32": portOutput(Form.out_dx_eax),
  "mmio.read8": reader(Form.movzx_r32_rm8),
  "mmio.read16": reader(Form.movzx_r32_rm16),
  "mmio.read32": reader(Form.mov_r32_rm32),
  "mmio.read64": reader(Form.mov_r64_rm64),
  "mmio.write8": writer(Form.mov_rm8_r8),
  "mmio.write16": writer(Form.mov_rm16_r16),
  "mmio.write32": writer(Form.mov_rm32_r32),
  "mmio.write64": writer(Form.mov_rm64_r64),
  "dma.load8": reader(Form.movzx_r32_rm8),
  "dma.load16": reader(Form.movzx_r32_rm16),
  "dma.load32": reader(Form.mov_r32_rm32),
  "dma.load64": reader(Form.mov_r64_rm64),
  "dma.store8": writer(Form.mov_rm8_r8),
  "dma.store16": writer(Form.mov_rm16_r16),
  "dma.store32": writer(Form.mov_rm32_r32),
  "dma.store64": writer(Form.mov_rm64_r64),
  "cpu.timestamp": readTimestamp,
  "cpu.identify": identify,
  "cpu.pause": plain(Form.pause),
  "cpu.fence": plain(Form.mfence),
  "cpu.waitForInterrupt": plain(Form.sti, Form.hlt, Form.cli),
  "cpu.halt": plain(Form.cli, Form.hlt),
  "cpu.readMsr": readModelRegister,
  "cpu.writeMsr": writeModelRegister,
  "cpu.loadPageTables": (selector, _value, [address = 0]) => {
    const register = selector.registerOf(address);
    selector.draft.append(Pseudo.loadPageTables);
    selector.draft.operand(register, Role.use);
  },
  "cpu.invalidatePage": (selector, _value, [address = 0]) => {
    selector.draft.memory(Form.invlpg_m, -1, baseAddress(selector.registerOf(address)));
  },
  "cpu.loadInterruptTable": (selector, _value, [pointer = 0]) => {
    selector.draft.memory(Form.lidt_m80, -1, baseAddress(selector.registerOf(pointer)));
  },
  "cpu.random": (selector, value) => {
    selector.draft.append(Pseudo.random);
    selector.draft.operand(selector.resultRegister(value), Role.define);
  },
  "host.call": systemCall(true),
  "host.setup": systemCall(false),
};

const names = Object.keys(machineImports) as MachineImportName[];

/** An `intrinsic`: one import of the machine interface as machine code. */
export function selectIntrinsic(selector: Selector, value: Value): void {
  const name = names[selector.fn.aux[value] as number];
  const handler = name === undefined ? undefined : handlers[name];
  if (handler === undefined) {
    throw new SelectionError(`${name} does not exist on this platform`, selector.fn.name);
  }
  const operands = selector.fn.listOf(value).map((operand) => selector.fn.resolve(operand));
  handler(selector, value, operands);
}
