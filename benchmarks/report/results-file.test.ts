import { expect, test } from "vitest";
import { resultsText } from "./results-file.ts";

test("says when and where the table was measured", () => {
  const text = resultsText({
    date: new Date("2025-11-20T21:14:59Z"),
    machine: ["2 x processor"],
    load: "load average 0.10",
    table: ["process", "  hello  0.41x"],
  });
  expect(text).toContain("- 2025-11-20 21:14 UTC\n- 2 x processor\n");
  expect(text).toContain("- load average 0.10\n");
  expect(text).toContain("```text\nprocess\n  hello  0.41x\n```\n");
});
