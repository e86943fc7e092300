/** A program that connects by names; its arguments are the names. */

import { arguments as words } from "tsuki:instance";
import { bind, connect, listen } from "tsuki:net";

let ticks = 0;
const ticking = setInterval(() => {
  ticks++;
}, 100);

const listener = listen(80, "127.0.0.1");

async function greet(): Promise<void> {
  for await (const client of listener) {
    await client.write("hello");
    client.close();
  }
}

async function visit(name: string): Promise<string> {
  try {
    const stream = await connect(name, 80);
    const bytes = await stream.read();
    stream.close();
    return new TextDecoder().decode(bytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function post(name: string): Promise<string> {
  const [sender, receiver] = [bind(0, "127.0.0.1"), bind(0, "127.0.0.1")];
  try {
    await sender.send("posted", receiver.port, name);
    const datagram = await receiver.receive();
    return new TextDecoder().decode(datagram?.data);
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    sender.close();
    receiver.close();
  }
}

void greet();
const visited = await Promise.all(words().map(visit));
const ticksMeanwhile = ticks;
const posted = await Promise.all(words().map(post));
listener.close();
clearInterval(ticking);
console.log(JSON.stringify({ visited, posted, ticksMeanwhile }));
