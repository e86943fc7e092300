/** The control channel of an image that is a process: questions and reports on a socket. */
import type { Duplex } from "node:stream";
import { TsukiError } from "../../contracts/errors.ts";
import { GuestFrameReader, questionFrame } from "../frames.ts";
import { Reports } from "../reports.ts";

/**
 * Asks by a socket whose other end the image has. An image that breaks the protocol is asked no more:
 * whoever waits, then or later, has no answer.
 */
export function socketReports(socket: Duplex): Reports {
  const reader = new GuestFrameReader();
  const reports = new Reports((question) => {
    if (!socket.writable || socket.writableNeedDrain) return false;
    socket.write(questionFrame(question));
    return true;
  });
  socket.on("data", (chunk: Buffer) => {
    try {
      for (const frame of reader.push(chunk)) {
        if (frame.kind !== "health" && frame.kind !== "metrics") return void socket.destroy();
        reports.take(frame);
      }
    } catch (error) {
      if (!(error instanceof TsukiError)) throw error;
      socket.destroy();
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => reports.end());
  return reports;
}
