// What is wrong with what the machine's monitor or firmware says. It is found while the boot record
// is read, and said once there is memory to say it with.

let complaint: usize = 0;
let isIgnored = false;

/** Notes the first thing that is wrong, `text("...")`. */
export function complain(what: usize): void {
  if (complaint == 0) complaint = what;
}

/** What is wrong; 0 when nothing is. */
export function firstComplaint(): usize {
  return isIgnored ? 0 : complaint;
}

/** Lets everything pass from now on: the instance has ended, and said how. */
export function ignoreComplaints(): void {
  isIgnored = true;
}
