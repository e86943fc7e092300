import { describe, it } from "vitest";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { converse } from "./simulation.fixture.ts";

describe("two stacks over a faulty link", () => {
  it("bring every byte over, once and in order, end, and leave nothing behind", () => {
    forSeeds(80, converse);
  });
});
