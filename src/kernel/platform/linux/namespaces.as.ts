// Namespaces of a process's own (namespaces(7)), in which there is nothing. What it was given is
// open already, and stays so.
import * as host from "../../base/machine/host.as";
import { text } from "../../base/text.as";

const chdir = 80;
const setrlimit = 160;
const chroot = 161;
const pivotRoot = 155;
const mount = 165;
const umount = 166;
const unshare = 272;

const newMounts: u64 = 0x2_0000; // CLONE_NEWNS
const newHostName: u64 = 0x400_0000; // CLONE_NEWUTS
const newIpc: u64 = 0x800_0000; // CLONE_NEWIPC
const newUser: u64 = 0x1000_0000; // CLONE_NEWUSER
const newNetwork: u64 = 0x4000_0000; // CLONE_NEWNET

const everyMountPrivate: u64 = 0x4_4000; // MS_REC | MS_PRIVATE
const emptyFlags: u64 = 15; // MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
const detach: u64 = 2; // MNT_DETACH
const coreFiles: u64 = 4; // RLIMIT_CORE

const limits = memory.data(16, 8); // struct rlimit: none

/**
 * Leaves the host's mounts, IPC objects and names, with `withNetwork` its network, and leaves no
 * core file behind. Who has no right to do so has it in a user namespace of their own, in which no
 * user is anybody. Returns 0, or a text that says what the host has not.
 */
export function enterNamespaces(withNetwork: bool): usize {
  host.setup(setrlimit, coreFiles, limits, 0, 0, 0, 0);
  if (!enter(newMounts) && !(enter(newUser) && enter(newMounts))) {
    return text("mount namespace");
  }
  const hasNetwork = !withNetwork || enter(newNetwork);
  const hasIpc = enter(newIpc);
  const hasName = enter(newHostName);
  if (!leaveMounts()) return text("empty root for it");
  if (!hasNetwork) return text("network namespace");
  return hasIpc && hasName ? 0 : text("IPC or UTS namespace");
}

function enter(namespace: u64): bool {
  return host.setup(unshare, namespace, 0, 0, 0, 0, 0) == 0;
}

/** Has an empty file system for its root, and no other; nothing of that is seen outside. */
function leaveMounts(): bool {
  if (host.setup(mount, 0, text("/"), 0, everyMountPrivate, 0, 0) < 0) return false;
  if (!mountNothing(text("/dev")) && !mountNothing(text("/tmp"))) return false;
  const here = text(".");
  // The old root then lies on top of the new one.
  if (host.setup(pivotRoot, here, here, 0, 0, 0, 0) == 0) {
    return host.setup(umount, here, detach, 0, 0, 0, 0) == 0;
  }
  // A root from an initramfs cannot be left otherwise.
  return host.setup(chroot, here, 0, 0, 0, 0, 0) == 0;
}

function mountNothing(place: usize): bool {
  const kind = text("tmpfs");
  if (host.setup(mount, kind, place, kind, emptyFlags, 0, 0) < 0) return false;
  return host.setup(chdir, place, 0, 0, 0, 0, 0) == 0;
}
