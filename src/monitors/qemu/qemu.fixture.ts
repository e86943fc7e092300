/** Tests that need QEMU say so when it is missing. */
import { test } from "vitest";
import { findQemu, installQemu } from "./find-qemu.ts";

/** Whether QEMU is installed here. */
export const hasQemu = findQemu(process.env) !== undefined;

/** A test that is skipped, by name and with what to install, where QEMU is missing. */
export function testWithQemu(name: string, body: () => Promise<void>): void {
  if (hasQemu) test(name, body);
  else test.skip(`${name} (needs QEMU: ${installQemu})`);
}
