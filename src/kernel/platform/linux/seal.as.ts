// The self-seal of a Linux process: signal handlers, no_new_privs, the seccomp filter.
import * as config from "../../base/config.as";
import { hasFolders, hostMountCount } from "../../files/host-mounts.as";
import * as host from "../../base/machine/host.as";

const rtSigaction = 13;
const getpid = 39;
const sigaltstack = 131;
const prctl = 157;
const seccomp = 317;

const firstProcess: i64 = 1;
// SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM: bits by their numbers.
const endingSignals: u64 = 0x940e;
const segmentationFault: u64 = 11; // SIGSEGV
// SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTORER
const actionFlags: u64 = 0x4c00_0004;
const setNoNewPrivileges: u64 = 38;
const setModeFilter: u64 = 1;

// struct sigaltstack, struct kernel_sigaction and struct sock_fprog, one after another.
const record = memory.data(32, 8);

/** Installs the fault handler on its own stack; false when the host refuses. */
export function installFaultHandler(): bool {
  store<u64>(record, config.signalStack);
  store<u64>(record, 0, 8); // flags
  store<u64>(record, config.signalStackLength, 16);
  if (host.setup(sigaltstack, record, 0, 0, 0, 0, 0) != 0) return false;
  return installHandler(segmentationFault);
}

/**
 * As the first process of a PID namespace, lets itself be ended: such a process gets no signal that
 * it has no handler for (pid_namespaces(7)). Others end by the signal itself, as they should.
 */
export function heedStopSignals(): bool {
  if (host.setup(getpid, 0, 0, 0, 0, 0, 0) != firstProcess) return true;
  for (let signal: u64 = 1; endingSignals >> signal != 0; signal++) {
    if ((endingSignals >> signal & 1) != 0 && !installHandler(signal)) return false;
  }
  return true;
}

function installHandler(signal: u64): bool {
  store<u64>(record, config.signalEntry);
  store<u64>(record, actionFlags, 8);
  // The handler never returns, but the host delivers no signal without a restorer.
  store<u64>(record, config.signalEntry, 16);
  store<u64>(record, 0, 24); // signals blocked meanwhile
  return host.setup(rtSigaction, signal, record, 0, 8, 0, 0) == 0;
}

/** Has nothing that the process executes ever gain a right; false when the host refuses. */
export function forbidNewPrivileges(): bool {
  return host.setup(prctl, setNoNewPrivileges, 1, 0, 0, 0, 0) == 0;
}

/**
 * Gives up privileges and installs the allowlist of system calls; false when refused. What is there
 * for the host's folders alone is not on it when none is mounted, nor what is there for disks.
 */
export function seal(): bool {
  if (!forbidNewPrivileges()) return false;
  if (!config.opensFiles || hasFolders()) {
    store<u64>(record, config.seccompFilterLength);
    store<u64>(record, config.seccompFilter, 8);
  } else {
    const hasDisks = hostMountCount() != 0;
    store<u64>(record, hasDisks ? config.disksFilterLength : config.folderlessFilterLength);
    store<u64>(record, hasDisks ? config.disksFilter : config.folderlessFilter, 8);
  }
  return host.setup(seccomp, setModeFilter, 0, record, 0, 0, 0) == 0;
}
