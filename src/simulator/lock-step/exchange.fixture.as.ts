// A server that answers bytes with their successors, and a client that asks it so often. All calls
// wait. Arguments: "serve" and how many clients there will be, or "ask" and how many questions.

// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "sock_open")
declare function open(family: i32, type: i32, result: usize): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "sock_bind")
declare function bind(socket: i32, address: usize, port: i32): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "sock_listen")
declare function listen(socket: i32, backlog: i32): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "sock_accept_v2")
declare function accept(socket: i32, flags: i32, result: usize): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "sock_connect")
declare function connect(socket: i32, address: usize, port: i32): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "fd_read")
declare function read(descriptor: i32, vectors: usize, count: i32, result: usize): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function write(descriptor: i32, vectors: usize, count: i32, result: usize): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "fd_close")
declare function close(descriptor: i32): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "args_get")
declare function takeArguments(list: usize, strings: usize): i32;
// @ts-ignore: asc's decorator
@external("wasi_snapshot_preview1", "proc_exit")
declare function exit(status: i32): void;

const inet4: i32 = 1;
const stream: i32 = 2;
const port: i32 = 7000;

const list = memory.data(64, 4);
const strings = memory.data(256);
const result = memory.data(4, 4);
const vector = memory.data(8, 4);
const address = memory.data(8, 4); // pointer and size
const bytes = memory.data(4);
const buffer = memory.data(64);

function check(error: i32): void {
  if (error != 0) exit(error);
}

function transfer(descriptor: i32, length: u32, reads: bool): u32 {
  store<u32>(vector, <u32>buffer);
  store<u32>(vector, length, 4);
  const error = reads
    ? read(descriptor, vector, 1, result)
    : write(descriptor, vector, 1, result);
  check(error);
  return load<u32>(result);
}

function openSocket(): i32 {
  check(open(inet4, stream, result));
  return load<i32>(result);
}

function serve(clients: u32): void {
  const socket = openSocket();
  store<u32>(bytes, 0);
  check(bind(socket, address, port));
  check(listen(socket, 4));
  for (; clients != 0; clients--) {
    check(accept(socket, 0, result));
    const client = load<i32>(result);
    for (let count = transfer(client, 64, true); count != 0; count = transfer(client, 64, true)) {
      for (let index: u32 = 0; index < count; index++) {
        store<u8>(buffer + index, load<u8>(buffer + index) + 1);
      }
      transfer(client, count, false);
    }
    check(close(client));
  }
}

function ask(questions: u32): void {
  const socket = openSocket();
  store<u32>(bytes, 0x0100_000a); // 10.0.0.1
  check(connect(socket, address, port));
  for (let question: u32 = 0; question < questions; question++) {
    store<u8>(buffer, question);
    transfer(socket, 1, false);
    if (transfer(socket, 1, true) != 1 || load<u8>(buffer) != <u8>(question + 1)) exit(99);
    store<u8>(buffer, 0x2e); // "."
    transfer(1, 1, false);
  }
  check(close(socket));
}

function number(text: usize): u32 {
  let value: u32 = 0;
  for (; load<u8>(text) != 0; text++) value = value * 10 + load<u8>(text) - 0x30;
  return value;
}

export function _start(): void {
  store<u32>(address, <u32>bytes);
  store<u32>(address, 4, 4);
  check(takeArguments(list, strings));
  const count = number(load<u32>(list, 8));
  if (load<u8>(load<u32>(list, 4)) == 0x73) serve(count);
  else ask(count);
}
