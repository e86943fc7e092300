// A network function: says of every frame that comes to the first network card who sent it, to whom,
// and what it carries.
import { openFrames, receive } from "tsuki/net";

const frame = new Uint8Array(1514);

function address(at: i32): string {
  const parts = new Array<string>(6);
  for (let index = 0; index < 6; index++) {
    parts[index] = frame[at + index].toString(16).padStart(2, "0");
  }
  return parts.join(":");
}

const frames = openFrames();
if (frames < 0) {
  console.error("no frames here: run it with a network of its own, see docs/networking.md");
  process.exit(1);
}
console.log("looking");
for (;;) {
  const length = receive(frames, frame);
  if (length < 14) continue;
  const type = (i32(frame[12]) << 8) | frame[13];
  console.log(`${address(6)} -> ${address(0)}: type ${type.toString(16).padStart(4, "0")}, ${length} bytes`);
}
