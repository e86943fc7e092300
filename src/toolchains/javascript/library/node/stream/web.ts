/** Node's stream/web: the web's streams. */
export * from "../../streams/streams.ts";
export { TextDecoderStream, TextEncoderStream } from "../../text/text-streams.ts";
