// Configuration constants (contracts/machine-interface.ts): imported, so that asc folds none of
// them; the linker knows their values and drops the code behind a false one.

/** What the image is made for: one of the platform numbers below. */
@external("config", "platform")
export declare const platform: i32;

/** First byte after everything the image occupies. */
@external("config", "heapStart")
export declare const heapStart: u32;

/** End of the heap on linux and node; 0 on pc, which finds it at boot. */
@external("config", "heapEnd")
export declare const heapEnd: u32;

/** Start of the executable range. */
@external("config", "textStart")
export declare const textStart: u32;

/** End of the executable range. */
@external("config", "textEnd")
export declare const textEnd: u32;

/** Start of the read-only range. */
@external("config", "readOnlyStart")
export declare const readOnlyStart: u32;

/** End of the read-only range. */
@external("config", "readOnlyEnd")
export declare const readOnlyEnd: u32;

/** Start of the variables of compiled code: globals, tables. */
@external("config", "dataStart")
export declare const dataStart: u32;

/** End of the variables of compiled code. */
@external("config", "dataEnd")
export declare const dataEnd: u32;

/** Lowest byte of the native stack; a guard lies below it. */
@external("config", "stackLow")
export declare const stackLow: u32;

/** End of the native stack. */
@external("config", "stackHigh")
export declare const stackHigh: u32;

/** pc, solo5: where the pages of the app's initial memory lie. */
@external("config", "appImageStart")
export declare const appImageStart: u32;

/** Bytes of the app's initial memory that the image holds. */
@external("config", "appImageLength")
export declare const appImageLength: u32;

/** Where they lie in the app's memory. */
@external("config", "appImageOffset")
export declare const appImageOffset: u32;

/** Initial size of the app's memory in 64 KiB pages. */
@external("config", "appInitialPages")
export declare const appInitialPages: u32;

/** What the app is: one of the kinds below. */
@external("config", "appKind")
export declare const appKind: i32;

/** Whether the app can have sockets: 0 or 1. */
@external("config", "opensSockets")
export declare const opensSockets: i32;

/** Whether sockets are those of the kernel's own stack, rather than the host's: 0 or 1. */
@external("config", "usesOwnStack")
export declare const usesOwnStack: i32;

/** Whether the app can open files: 0 or 1. */
@external("config", "opensFiles")
export declare const opensFiles: i32;

/** Whether the app can have a use for devices besides serial ports: 0 or 1. */
@external("config", "findsDevices")
export declare const findsDevices: i32;

/** The image's files (contracts/embedded-tree.ts); 0 for none. */
@external("config", "embeddedTree")
export declare const embeddedTree: u32;

/** Bytes of that tree. */
@external("config", "embeddedTreeLength")
export declare const embeddedTreeLength: u32;

/** Whether the app can look up addresses by name: 0 or 1. */
@external("config", "resolvesNames")
export declare const resolvesNames: i32;

/** Whether the kernel ends the app's work in order when it is asked to stop: 0 or 1. */
@external("config", "catchesStop")
export declare const catchesStop: i32;

/** pc: whether ACPI ends the machine, and its power button the app: 0 or 1. */
@external("config", "usesAcpi")
export declare const usesAcpi: i32;

/** Whether the app can wait for something: 0 or 1. */
@external("config", "canWait")
export declare const canWait: i32;

/** Whether the image may have arguments and variables of its own: 0 or 1. */
@external("config", "hasDefaults")
export declare const hasDefaults: i32;

/** The image's own arguments and variables (contracts/image-defaults.ts). */
@external("config", "defaults")
export declare const defaults: u32;

/** The program map (contracts/program-map.ts). */
@external("config", "functionTable")
export declare const functionTable: u32;

/** Records in the program map. */
@external("config", "functionCount")
export declare const functionCount: u32;

/** pc: the page tables with which the image starts, the root first. */
@external("config", "pageTables")
export declare const pageTables: u32;

/** linux: struct sock_filter[]. */
@external("config", "seccompFilter")
export declare const seccompFilter: u32;

/** Instructions of the seccomp filter. */
@external("config", "seccompFilterLength")
export declare const seccompFilterLength: u32;

/** linux: the filter of an app that opens files, when no folder is mounted. */
@external("config", "folderlessFilter")
export declare const folderlessFilter: u32;

/** Instructions of that filter. */
@external("config", "folderlessFilterLength")
export declare const folderlessFilterLength: u32;

/** linux: the filter of such an app when disks are mounted, but no folder. */
@external("config", "disksFilter")
export declare const disksFilter: u32;

/** Instructions of that filter. */
@external("config", "disksFilterLength")
export declare const disksFilterLength: u32;

/** linux: the signal handler. */
@external("config", "signalEntry")
export declare const signalEntry: u32;

/** linux: lowest byte of the alternate signal stack. */
@external("config", "signalStack")
export declare const signalStack: u32;

/** Bytes of the alternate signal stack. */
@external("config", "signalStackLength")
export declare const signalStackLength: u32;

/** `platform` of an image for any x86-64 virtual machine. */
export const pc: i32 = 0;

/** `platform` of a self-sealing Linux executable. */
export const linux: i32 = 1;

/** `platform` of a kernel in V8. */
export const node: i32 = 2;

/** `platform` of an image for Solo5's tender, solo5-spt. */
export const solo5: i32 = 3;

/** `appKind` of a JavaScript engine with a program in it. */
export const javaScriptEngine: i32 = 1;
