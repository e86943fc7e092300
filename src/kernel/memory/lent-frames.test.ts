import { expect, test } from "vitest";
import { BareMachine, bareHeapStart } from "../../simulator/bare-machine.ts";
import { forSeeds } from "../../simulator/seeds.fixture.ts";
import { Timeline } from "../../simulator/timeline.ts";
import { compileKernelPart } from "../kernel-part.fixture.ts";

const kernel = new WebAssembly.Module(
  await compileKernelPart("src/kernel/memory/lent-frames.fixture.as.ts"),
);
const memoryBytes = 0x80_0000;

interface State {
  lent: number;
  isOwned: boolean;
}

const nothing: State = { lent: 0, isOwned: false };

function start(): BareMachine {
  const config = { opensSockets: 1 };
  const machine = new BareMachine({ kernel, timeline: new Timeline(), memoryBytes, config });
  machine.call("addFrames", BigInt(bareHeapStart), BigInt(memoryBytes));
  return machine;
}

test("a frame is released when its owner and the last who had it lent are done", () => {
  forSeeds(50, ({ random }) => {
    const machine = start();
    machine.call("canLend", 1);
    const total = machine.call("availableFrames");
    /** Frames by how often they are lent, and whether they are somebody's. */
    const frames = new Map<number, State>();
    for (let step = 0; step < 600; step++) {
      const [frame, state] = random.pick<readonly [number, State]>([...frames, [0, nothing]]);
      const act = random.below(4);
      if (frame === 0) {
        frames.set(machine.call("allocateFrame"), { lent: 0, isOwned: true });
      } else if (act <= 1 && state.isOwned && machine.call("canLend", 1) === 1) {
        machine.call("lendFrame", frame);
        state.lent++;
      } else if (act === 2 && state.lent > 0) {
        machine.call("takeBackFrame", frame);
        state.lent--;
      } else if (act === 3 && state.isOwned) {
        machine.call("giveUpFrame", frame);
        state.isOwned = false;
      }
      if (!state.isOwned && state.lent === 0) frames.delete(frame);
      const lent = [...frames.values()].filter((one) => one.lent > 0).length;
      expect(machine.call("lentFrames")).toBe(lent);
      expect(machine.call("availableFrames")).toBe(total - frames.size);
    }
  });
});

test("no more are lent than the table finds quickly", () => {
  const machine = start();
  let count = 0;
  for (; machine.call("canLend", 1) === 1; count++) {
    machine.call("lendFrame", machine.call("allocateFrame"));
  }
  expect(count).toBe(768);
});
