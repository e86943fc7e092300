// Where the platform's entry code hands over.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import { runEngine } from "../engine/run-engine.as";
import { prepareFiles } from "../files/mounts.as";
import { addFrames } from "../memory/frames.as";
import { bootLinux } from "../platform/linux/boot.as";
import { bootNode } from "../platform/node/boot.as";
import { bootPc } from "../platform/pc/boot.as";
import { bootSolo5 } from "../platform/solo5/boot.as";
import { openStandardStreams } from "../wasi/descriptors.as";
import { openListenerDescriptors } from "../wasi/listeners.as";
import { openMountDescriptors } from "../wasi/preopens.as";
import { exit, leave } from "./exit.as";

/** Exit status when something that the instance was told to have cannot be had. */
const startFailure: u32 = 125;

/** Boots, runs the app and ends; `record` is the platform's boot record (contracts). */
export function boot(record: u64): void {
  if (config.platform == config.pc) {
    bootPc(record);
  } else if (config.platform == config.solo5) {
    bootSolo5(record);
  } else {
    addFrames(config.heapStart, config.heapEnd);
    if (config.platform == config.linux) bootLinux(record);
    else bootNode();
  }
  if (config.platform != config.node) app.setSize(config.appInitialPages);
  openStandardStreams();
  if (config.opensSockets) openListenerDescriptors();
  if (config.opensFiles) {
    if (!prepareFiles()) exit(startFailure);
    openMountDescriptors();
  }
  app.initialize();
  if (config.appKind == config.javaScriptEngine) runEngine();
  else app.start();
  leave(0);
}
