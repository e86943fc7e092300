import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InstanceExit, MachineError } from "../../../simulator/exit.ts";
import { acpiTables } from "../../acpi/acpi.fixture.ts";
import { bootPc, callPc, createPc, exitStatusOf } from "./pc.fixture.ts";

const tablesAddress = 0xf_2000;
const rootPointerField = 0xf_0000 + 32;
const eventBlock = 0x600;
const controlBlock = 0x604;
const pressed = 0x100;
const facts = {
  sleepTypes: [5, 5],
  eventBlock,
  controlBlock,
  eventInterrupt: 9,
  eventLine: 9,
} as const;

/** PM1's registers: events' status and enable, and control, which ends the machine. */
class PowerManagement {
  readonly firstPort = eventBlock;
  readonly portCount = 6;
  status = 0;
  enabled = 0;
  /** What was last written to control. */
  control = 0;
  readonly read = (offset: number): number => (offset === 0 ? this.status : 1);
  readonly write = (offset: number, value: number): void => {
    if (offset === 0) this.status &= ~value;
    if (offset === 2) this.enabled = value;
    if (offset !== 4) return;
    this.control = value;
    throw new InstanceExit(0);
  };
}

/** A machine with ACPI's tables, but for some bytes of them. */
function machineWith(tables: Uint8Array, isTold: boolean) {
  const memory = new WebAssembly.Memory({ initial: 32 });
  const management = new PowerManagement();
  const pc = createPc({ memory, ports: [management], hasDebugExit: false });
  new Uint8Array(memory.buffer).set(tables, tablesAddress);
  const pointer = isTold ? BigInt(tablesAddress) : 0n;
  new DataView(memory.buffer).setBigUint64(rootPointerField, pointer, true);
  return { pc, management };
}

const tables = acpiTables(tablesAddress, facts);

describe("the end of a machine with ACPI", () => {
  it.each([true, false])("is the deepest sleep (root pointer told: %s)", (isTold) => {
    const { pc, management } = machineWith(tables, isTold);
    expect(pc.boot()).toBe(0);
    expect(exitStatusOf(pc)).toBe(0);
    expect(management.control).toBe((5 << 10) | (1 << 13));
  });

  it("comes whatever stands in the tables", () => {
    const edits = fc.array(fc.tuple(fc.nat(tables.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(edits, (changes) => {
        const changed = tables.slice();
        for (const [place, value] of changes) changed[place] = value;
        const { pc } = machineWith(changed, true);
        // Without a sleep that works, the machine is reset, or halted for want of that.
        try {
          pc.boot();
        } catch (error) {
          expect(error).toBeInstanceOf(MachineError);
        }
        expect(pc.trapReport).toBe("");
        expect(exitStatusOf(pc)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe("the power button", () => {
  it("asks the instance to stop, once it has waited", () => {
    const management = new PowerManagement();
    const memory = new WebAssembly.Memory({ initial: 32 });
    const pc = bootPc({ memory, ports: [management] });
    new Uint8Array(memory.buffer).set(tables, tablesAddress);
    expect(callPc(pc, "sched_yield")).toBe(0);
    expect(management.enabled).toBe(0);
    const view = new DataView(pc.machine.appMemory.bytes().buffer);
    view.setUint32(1024 + 16, 1, true);
    view.setBigUint64(1024 + 24, 5_000_000n, true);
    expect(callPc(pc, "poll_oneoff", 1024, 4096, 1, 32)).toBe(0);
    expect(management.enabled).toBe(pressed);
    management.status = pressed;
    // Not every round looks at the button.
    expect(() => {
      for (let rounds = 0; rounds < 16; rounds++) callPc(pc, "sched_yield");
    }).toThrow(InstanceExit);
    expect(exitStatusOf(pc)).toBe(143);
    expect(management.status).toBe(0);
  });
});
