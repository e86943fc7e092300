/** Requests of several clients at once, each sending its next when it has its answer. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram, outputOf } from "../programs.ts";

const connections = 16;
const seconds = 1;
const wrk = findProgram("wrk", ["-v"]);

/** What makes the load. */
export const loadGenerator = wrk === undefined ? "clients in Node" : "wrk";

/** Requests a second that a server answers. */
export async function requestsPerSecond(port: number, path: string): Promise<number> {
  if (wrk === undefined) return await loadFromNode(port, path);
  const url = `http://127.0.0.1:${port}${path}`;
  const words = ["-t1", `-c${connections}`, `-d${seconds}s`, url];
  const report = outputOf(wrk, words);
  const [, requests, period] = /(\d+) requests in ([\d.]+)s/.exec(report) ?? [];
  const isWhole = !/Non-2xx|Socket errors/.test(report);
  if (requests === undefined || !isWhole) throw new Error(`${url} is not served: ${report}`);
  return Number(requests) / Number(period);
}

async function loadFromNode(port: number, path: string): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const first = await fetch(`http://127.0.0.1:${port}${path}`);
  const body = Buffer.from(await first.arrayBuffer());
  let answers = 0;
  let failure: Error | undefined;
  const clients = Array.from({ length: connections }, () =>
    client(
      port,
      request,
      body,
      () => answers++,
      (error) => {
        failure = error;
      },
    ),
  );
  const before = performance.now();
  await pause(seconds * 1000);
  const elapsed = (performance.now() - before) / 1000;
  for (const socket of clients) socket.destroy();
  if (failure !== undefined) throw failure;
  return answers / elapsed;
}

/** One client; each answer ends with the same body. */
function client(
  port: number,
  request: string,
  body: Buffer,
  onAnswer: () => void,
  onError: (error: Error) => void,
): Socket {
  const socket = connect(port, "127.0.0.1", () => socket.write(request));
  let arrived = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    arrived = Buffer.concat([arrived, bytes]);
    if (!arrived.includes("\r\n\r\n") || !arrived.subarray(-body.length).equals(body)) return;
    arrived = Buffer.alloc(0);
    onAnswer();
    socket.write(request);
  });
  socket.on("error", onError);
  return socket;
}
