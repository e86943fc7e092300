/** Runs a script in QuickJS in V8: `tsx quickjs-peer.ts quickjs.wasm script.ts`. */
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { QuickJS } from "quickjs-wasi";

const [engine = "", script = ""] = process.argv.slice(2);
const vm = await QuickJS.create({ wasm: readFileSync(engine) });
const log = vm.newFunction("log", (text) => {
  console.log(text.toString());
  return vm.undefined;
});
const host = vm.newObject();
vm.setProp(host, "log", log);
vm.setProp(vm.global, "console", host);
vm.evalCode(transformSync(readFileSync(script, "utf8"), { loader: "ts" }).code);
