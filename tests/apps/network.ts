/** A program that uses the network; its first argument says what for. */
import { arguments as words } from "tsuki:instance";
import { bind, connect, listen, type TcpConnection } from "tsuki:net";

const [scenario = "", ...rest] = words();
const port = Number(rest[0] ?? 0);

async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const { code, message, cause, name } = error as Error & { code?: string; cause?: Error };
    return code ?? (cause as { code?: string } | undefined)?.code ?? `${name}: ${message}`;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function fetches(): Promise<unknown> {
  const base = `http://127.0.0.1:${port}`;
  const got = await fetch(`${base}/get?a=b`, { headers: { "x-a": "1" } });
  const second = await (await fetch(`${base}/peer`)).text();
  const third = await (await fetch(`${base}/peer`)).text();
  const abort = new AbortController();
  const aborted = outcome(() => fetch(`${base}/never`, { signal: abort.signal }));
  const cut = new AbortController();
  const cutting = await fetch(`${base}/drip`, { signal: cut.signal });
  setTimeout(() => abort.abort(), 20);
  setTimeout(() => cut.abort(), 20);
  return {
    get: [got.status, got.headers.get("content-type"), await got.json()],
    posted: await (await fetch(`${base}/echo`, { method: "POST", body: "body" })).text(),
    large: (
      await (await fetch(`${base}/echo`, { method: "PUT", body: "x".repeat(3_000_000) })).text()
    ).length,
    streamed: await (
      await fetch(`${base}/echo`, {
        method: "POST",
        body: ReadableStream.from(["one ", "two"]).pipeThrough(new TextEncoderStream()),
      })
    ).text(),
    pieces: await pieces(await fetch(`${base}/pieces`)),
    isKept: second === third,
    closed: await (await fetch(`${base}/close`)).text(),
    afterwards: await (await fetch(`${base}/close`)).text(),
    aborted: await aborted,
    cut: await outcome(() => cutting.text()),
    timeout: await outcome(() => fetch(`${base}/never`, { signal: AbortSignal.timeout(20) })),
    refused: await outcome(() => fetch("http://127.0.0.1:1/")),
    unknown: await outcome(() => fetch("http://no-such-host.invalid./")),
    secure: await outcome(() => fetch("https://127.0.0.1/")),
    named: await (await fetch(`http://localhost:${port}/peer`)).text().then((text) => text !== ""),
    many: (
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          fetch(`http://localhost:${port}/echo`, { method: "POST", body: String(index) }).then(
            (response) => response.text(),
          ),
        ),
      )
    ).map(Number),
  };
}

/** Fetches more often than there are sockets, and reads nothing of it. */
async function ignore(): Promise<number> {
  let count = 0;
  for (let index = 0; index < 1030; index++) {
    const { ok } = await fetch(`http://127.0.0.1:${port}/get`);
    if (ok) count++;
  }
  return count;
}

/** What comes in each read of a response that the server sends piece by piece. */
async function pieces(response: Response): Promise<string[]> {
  const found: string[] = [];
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    found.push(decoder.decode(piece as Uint8Array));
    // The server sends the next piece once it is asked to.
    await fetch(`http://127.0.0.1:${port}/next`);
  }
  return found;
}

async function pipe(from: TcpConnection, to: TcpConnection): Promise<void> {
  for (let bytes = await from.read(); bytes !== undefined; bytes = await from.read()) {
    await to.write(bytes);
  }
  to.shutdown();
}

/** Listens, and passes every connection on to a server. */
async function relay(): Promise<void> {
  const listener = listen(0, "127.0.0.1");
  console.log(`listening on port ${listener.port}`);
  for await (const client of listener) {
    const server = await connect("localhost", port);
    void join(client, server);
  }
}

async function join(client: TcpConnection, server: TcpConnection): Promise<void> {
  await Promise.all([pipe(client, server), pipe(server, client)]);
  client.close();
  server.close();
}

async function echo(): Promise<void> {
  const listener = listen(0, "127.0.0.1");
  console.log(`listening on port ${listener.port}`);
  for await (const client of listener) void outcome(() => pipe(client, client));
}

/** Writes until nothing more is taken, then waits for it to be. */
async function flood(): Promise<unknown> {
  const stream = await connect("127.0.0.1", port);
  const block = Uint8Array.from({ length: 65_536 }, (_, index) => index % 251);
  let total = 0;
  let isBlocked = false;
  while (!isBlocked || total < 10_000_000) {
    const write = stream.write(block).then(() => false);
    if (!isBlocked && (await Promise.race([write, pause(500).then(() => true)]))) {
      isBlocked = true;
      console.log("blocked");
    }
    await write;
    total += block.length;
    if (total > 200_000_000) return "never blocked";
  }
  stream.shutdown();
  const end = await stream.read();
  stream.close();
  return [total, end === undefined];
}

async function datagrams(): Promise<void> {
  const socket = bind(0, "127.0.0.1");
  console.log(`listening on port ${socket.port}`);
  for await (const { data, host, port: from } of socket) {
    const text = new TextDecoder().decode(data);
    await socket.send(`${text} from ${host}`, from, text === "name" ? "localhost" : host);
    if (text === "quit") socket.close();
  }
  // Many at once have to wait for room.
  const [sender, receiver] = [bind(0, "127.0.0.1"), bind(0, "127.0.0.1")];
  let count = 0;
  const sent = Array.from({ length: 500 }, () =>
    sender.send("x".repeat(1000), receiver.port, "127.0.0.1"),
  );
  const first = await receiver.receive();
  await Promise.all(sent);
  count += first?.data.length ?? 0;
  sender.close();
  receiver.close();
  console.log(JSON.stringify(count));
}

async function failures(): Promise<unknown> {
  const listener = listen(0, "127.0.0.1");
  const own = listener.port;
  const client = await connect("127.0.0.1", own);
  const accepted = await listener.accept();
  const addresses = [client.addresses, accepted?.addresses.toReversed()];
  const reading = outcome(() => client.read());
  client.close();
  const result = {
    addresses: JSON.stringify(addresses[0]) === JSON.stringify(addresses[1]),
    readClosed: await reading,
    writeClosed: await outcome(() => client.write("x")),
    peerEnd: await accepted?.read(),
    inUse: await outcome(() => listen(own, "127.0.0.1")),
    udpInUse: await outcome(() => {
      const first = bind(0, "127.0.0.1");
      try {
        return bind(first.port, "127.0.0.1");
      } finally {
        first.close();
      }
    }),
    noAddress: await outcome(() => listen(0, "not an address")),
    foreignAddress: await outcome(() => listen(0, "192.0.2.1")),
    refused: await outcome(() => connect("127.0.0.1", 1)),
    unknown: await outcome(() => connect("no-such-host.invalid.", 80)),
    noPort: await outcome(() => connect("127.0.0.1", 70_000)),
    tooLong: await outcome(async () => {
      const socket = bind();
      try {
        await socket.send(new Uint8Array(70_000), 9, "127.0.0.1");
      } finally {
        socket.close();
      }
    }),
  };
  accepted?.close();
  listener.close();
  return { ...result, afterClose: await outcome(() => connect("127.0.0.1", own)) };
}

switch (scenario) {
  case "fetch":
    console.log(JSON.stringify(await fetches()));
    break;
  case "ignore":
    console.log(JSON.stringify(await ignore()));
    break;
  case "flood":
    console.log(JSON.stringify(await flood()));
    break;
  case "failures":
    console.log(JSON.stringify(await failures()));
    break;
  case "relay":
    await relay();
    break;
  case "echo":
    await echo();
    break;
  case "datagrams":
    await datagrams();
    break;
}
