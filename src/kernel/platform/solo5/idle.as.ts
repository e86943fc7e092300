// Waiting as a guest of Solo5's: for the tender's timer and its network devices, all in one epoll
// set that the tender has made (epoll(7), timerfd_settime(2)).
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import { endNetwork, networkDeadline, serveNetwork } from "../../net/network.as";
import { monotonicTime } from "../../time/clock.as";
import { epollDescriptor, timerDescriptor } from "./boot-information.as";

const epollPwait = 281;
const timerfdSettime = 286;

const absolute: u64 = 1; // TFD_TIMER_ABSTIME
const forever: u64 = ~0;
const second: u64 = 1_000_000_000;

const eventLimit: u64 = 4;
const events = memory.data(48, 8); // eventLimit times struct epoll_event
const setting = memory.data(32, 8); // struct itimerspec: no interval, then the time

/** Serves the network. */
export function solo5Round(): void {
  serveNetwork();
}

/** Sees to it that what was written reaches its peers. */
export function solo5Leave(): void {
  endNetwork();
}

/** Waits until a monotonic deadline in nanoseconds, or until a network device has something. */
export function solo5Idle(deadline: u64): void {
  if (config.opensSockets) deadline = min(deadline, networkDeadline());
  if (deadline == 0) return;
  waitUntil(deadline);
}

/** Waits so many nanoseconds, or less. */
export function waitForTender(time: u64): void {
  waitUntil(monotonicTime() + time);
}

/** A time that has come already ends the wait at once, but for 0, which would disarm the timer. */
function waitUntil(deadline: u64): void {
  store<u64>(setting, deadline / second, 16);
  store<u64>(setting, deadline % second | 1, 24);
  host.call(timerfdSettime, timerDescriptor(), absolute, setting, 0, 0, 0);
  host.call(epollPwait, epollDescriptor(), events, eventLimit, forever, 0, 0);
}
