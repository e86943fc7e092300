import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { parseTemplate } from "./template.ts";

const value = {
  Name: "web",
  State: { Status: "running", Pid: 12, Running: true, Paused: false },
  Config: { Labels: { "com.example.a": "b" }, Env: ["A=1", "B=2"], Empty: [] },
};

describe("a template", () => {
  it.each([
    ["plain", "plain"],
    ["{{.Name}} is {{ .State.Status }}", "web is running"],
    ["{{json .State.Pid}} {{json .Config.Env}}", '12 ["A=1","B=2"]'],
    ['{{index .Config.Labels "com.example.a"}}', "b"],
    ["{{index .Config.Env 1}}", "B=2"],
    ["{{range .Config.Env}}[{{.}}]{{end}}", "[A=1][B=2]"],
    ["{{range .Config.Empty}}x{{else}}none{{end}}", "none"],
    ["{{if .State.Running}}up{{else}}down{{end}}", "up"],
    ["{{if .State.Paused}}held{{end}}", ""],
    ["{{range .Config.Env}}{{println .}}{{end}}", "A=1\nB=2\n"],
    ["{{upper .Name}} {{lower .Name}} {{len .Config.Env}}", "WEB web 2"],
  ])("%j gives %j", (text, expected) => {
    expect(parseTemplate(text)(value)).toBe(expected);
  });

  it.each([
    ["{{.State.Stat}}", "nothing is called Stat there; there are Status, Pid"],
    ["{{.Name", "a {{ or }} stands alone"],
    ["{{range .Config.Env}}", "{{end}} is missing"],
    ["{{end}}", "{{end}} has no beginning"],
    ["{{shout .Name}}", "there is no function shout"],
    ["{{}}", "{{}} is no value"],
    ["{{.__proto__}}", "nothing is called __proto__"],
  ])("%j is refused", (text, message) => {
    expect(() => parseTemplate(text)(value)).toThrow(message);
  });

  it("gives a text or a named error, whatever it is", () => {
    const word = fc.constantFrom(
      "{{",
      "}}",
      ".",
      "Name",
      "range",
      "if",
      "end",
      "else",
      " ",
      '"',
      "\\",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        try {
          expect(typeof parseTemplate(words.join(""))(value)).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(TsukiError);
        }
      }),
    );
  });
});
