/** Node's streams. */
import { finished, pipeline, promises } from "./stream-parts/pipeline.ts";
import { Readable } from "./stream-parts/readable.ts";
import { Stream } from "./stream-parts/stream.ts";
import { Duplex, PassThrough, Transform, Writable } from "./stream-parts/writable.ts";

export { Duplex, finished, PassThrough, pipeline, promises, Readable, Stream, Transform, Writable };

const whole = Object.assign(Stream, {
  Duplex,
  finished,
  PassThrough,
  pipeline,
  promises,
  Readable,
  Stream,
  Transform,
  Writable,
});

export { whole as default };
