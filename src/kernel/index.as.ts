// What the kernel exports: entries for the platform's code (contracts/machine-interface.ts), and
// what apps import (contracts/guest-abi.ts).
export { exceptionAllocate } from "./exceptions/exceptions.as";
export { unwind } from "./exceptions/unwind.as";
export { atomicWait } from "./boot/atomic-wait.as";
export { boot } from "./boot/boot.as";
export { furtherMemoryGrow, memoryGrow } from "./memory/app-memory.as";
export { furtherMemoryBegin } from "./platform/linux/further-memory.as";
export { pageFault } from "./platform/pc/app-pages.as";
export { exception } from "./platform/pc/exceptions.as";
export { trap } from "./trap/trap.as";

export { abort, seed, trace } from "./assemblyscript/abort.as";

export { args_get, args_sizes_get, environ_get, environ_sizes_get } from "./wasi/arguments.as";
export { clock_res_get, clock_time_get } from "./wasi/clock.as";
export {
  fd_close,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_filestat_get,
  fd_read,
  fd_renumber,
  fd_write,
} from "./wasi/descriptor.as";
export {
  fd_advise,
  fd_allocate,
  fd_datasync,
  fd_fdstat_set_rights,
  fd_filestat_set_size,
  fd_filestat_set_times,
  fd_pread,
  fd_pwrite,
  fd_seek,
  fd_sync,
  fd_tell,
} from "./wasi/descriptor-file.as";
export {
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_readdir,
} from "./wasi/descriptor-directory.as";
export {
  path_create_directory,
  path_filestat_get,
  path_filestat_set_times,
  path_link,
  path_readlink,
  path_remove_directory,
  path_rename,
  path_symlink,
  path_unlink_file,
} from "./wasi/path.as";
export { path_open } from "./wasi/path-open.as";
export { poll_oneoff } from "./wasi/poll.as";
export { proc_exit, proc_raise, sched_yield } from "./wasi/process.as";
export { random_get } from "./wasi/random.as";
export { sock_accept, sock_recv, sock_send, sock_shutdown } from "./wasi/socket.as";
export {
  sock_bind,
  sock_connect,
  sock_getlocaladdr,
  sock_getlocaladdr_v2,
  sock_getpeeraddr,
  sock_getpeeraddr_v2,
  sock_listen,
  sock_open,
  sock_recv_from,
  sock_send_to,
} from "./wasi/socket-extension.as";
export { sock_getaddrinfo } from "./wasi/address-info.as";
export { sock_getsockopt, sock_setsockopt } from "./wasi/socket-options.as";

export {
  http_end,
  http_listen,
  http_next,
  http_read,
  http_respond,
  http_respond_file,
  http_serve_files,
  http_start,
  http_write,
} from "./http/app-functions.as";

export {
  engine_host_call,
  engine_host_get_timezone_offset,
  engine_host_interrupt,
  engine_host_module_load,
  engine_host_module_normalize,
  engine_host_promise_rejection,
} from "./engine/host-call.as";

// Where the kernel's statics end; the image's text may begin there.
export { __heap_base as staticsEnd };
