/** A program that runs and ends. */

import { appendFile, list, readText, remove, status, writeFile } from "tsuki:files";
import { environment, exit, facts, arguments as programArguments } from "tsuki:instance";
import { connect } from "tsuki:net";

declare const report: (...values: unknown[]) => void;

report("arguments", programArguments(), environment().NAME, facts().platform);
writeFile("/a.txt", "one");
appendFile("/a.txt", new TextEncoder().encode(" two"));
report("files", readText("/a.txt"), status("/a.txt").size, list("/"));
remove("/a.txt");
try {
  readText("/a.txt");
} catch (error) {
  report("missing", (error as Error).message, (error as { code?: string }).code);
}
const connection = await connect("echo", 7);
await connection.write("hello");
report("read", new TextDecoder().decode(await connection.read()), await connection.read());
connection.close();
console.log("%s ends", "script");
exit(3);
