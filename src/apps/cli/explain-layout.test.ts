import { expect, test } from "vitest";
import type { Explanation } from "../../engine/explain.ts";
import { explanationText, noPaint, terminalPaint } from "./explain-layout.ts";

const head = { text: 'function "twice"(i32) -> (i32) {', origin: 0 };
const end = { text: "}", origin: 0 };

const explanation: Explanation = {
  index: 3,
  name: "twice",
  type: "(param i32) (result i32)",
  wasmBytes: 7,
  wasm: [
    { offset: 0x20, depth: 0, text: "local.get 0" },
    { offset: 0x22, depth: 0, text: "i32.add", source: { file: "twice.c", line: 4 } },
  ],
  stages: [
    { name: "lowered", isChanged: true, lines: [head, end] },
    {
      name: "simplify",
      isChanged: true,
      lines: [
        head,
        { text: "block0(v0: i32):", origin: 0 },
        { text: "  v1 = i32 add v0, v0", origin: 0x22 },
        end,
      ],
    },
    {
      name: "simplify",
      isChanged: false,
      lines: [head, { text: "block0:", origin: 0 }, { text: "  v1", origin: 0x22 }, end],
    },
  ],
  codeBytes: 12,
  frameBytes: 0,
  code: [
    { offset: 0, text: "sub rsp,8", origin: 0 },
    { offset: 4, text: "lea eax,[rdi+rdi]", origin: 0x22 },
    { offset: 11, text: "ret", origin: 0x22 },
  ],
};

const isChosen = ({ isChanged }: Explanation["stages"][number]) => isChanged;

test("shows stages, then what belongs together on one line", () => {
  expect(explanationText(explanation, { isChosen, paint: noPaint })).toBe(
    `twice (param i32) (result i32)
Function 3: 7 bytes of WebAssembly, 12 of machine code, a frame of 0.
Nothing to do for simplify.

SSA as lowered
function "twice"(i32) -> (i32) {
}

SSA behind simplify (1)
function "twice"(i32) -> (i32) {
block0(v0: i32):
  v1 = i32 add v0, v0
}

WebAssembly        SSA in the end  machine code
                                    0  sub rsp,8
0020  local.get 0
twice.c:4
0022  i32.add      block0:          4  lea eax,[rdi+rdi]
                     v1            11  ret
`,
  );
});

test("colours headings on terminals", () => {
  const text = explanationText(explanation, { isChosen, paint: terminalPaint });
  expect(text).toContain("\u001b[1mSSA as lowered\u001b[22m\n");
});
