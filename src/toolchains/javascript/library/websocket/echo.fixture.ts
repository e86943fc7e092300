/** An echo server of WebSockets. */
import { upgradeWebSocket } from "tsuki:http";

const service = {
  fetch(request: Request): Response {
    const { socket, response } = upgradeWebSocket(request);
    socket.onopen = () => console.log("open");
    socket.onmessage = ({ data }: { data: unknown }) => {
      console.log("message", data);
      socket.send(typeof data === "string" ? data.toUpperCase() : new Uint8Array(3));
    };
    socket.onclose = ({
      code,
      reason,
      wasClean,
    }: {
      code: number;
      reason: string;
      wasClean: boolean;
    }) => console.log("close", code, reason, wasClean);
    socket.onerror = ({ message }: { message: string }) => console.log("error", message);
    return response;
  },
};

export { service as default };
