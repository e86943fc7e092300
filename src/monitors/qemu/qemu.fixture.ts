/** What tests that need QEMU say where it is missing. */
import { findQemu, installQemu } from "./find-qemu.ts";

/** Whether QEMU is installed here. */
export const hasQemu = findQemu(process.env) !== undefined;

/** Behind the name of a group of tests that is skipped: what to install. */
export const qemuNeeded = hasQemu ? "" : ` (needs QEMU: ${installQemu})`;
