// What the linker and the platform's entry code call (contracts/machine-interface.ts): tsuki-host
// stands where the kernel stands in an image, without an app.
export { exceptionAllocate } from "../kernel/exceptions/exceptions.as";
export { unwind } from "../kernel/exceptions/unwind.as";
export { atomicWait } from "../kernel/boot/atomic-wait.as";
export { furtherMemoryGrow, memoryGrow } from "../kernel/memory/app-memory.as";
export { furtherMemoryBegin } from "../kernel/platform/linux/further-memory.as";
export { trap } from "../kernel/trap/trap.as";
export { boot } from "./main.as";

// Where the statics end; the image's text may begin there.
export { __heap_base as staticsEnd };
