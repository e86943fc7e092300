"""Runs in gdb: steps a program instruction by instruction, keeps the stack of callers by the calls
and returns that it sees, and compares with it what gdb finds by call frame information."""

import gdb

PRESERVED = ["rbx", "rbp", "r12", "r13", "r14", "r15"]
DEEP_EVERY = 64


def read(name):
    return int(gdb.parse_and_eval("(unsigned long long)$" + name))


def word(address):
    memory = gdb.selected_inferior().read_memory(address, 8).tobytes()
    return int.from_bytes(memory, "little")


def caller_of(frame):
    registers = [int(frame.read_register(name)) & (2**64 - 1) for name in PRESERVED]
    return [int(frame.pc()), int(frame.read_register("rsp")) & (2**64 - 1), *registers]


def callers(frame, limit):
    found = []
    while len(found) < limit and frame.older() is not None:
        frame = frame.older()
        found.append(caller_of(frame))
    return found


def is_alive():
    return any(thread.is_valid() for thread in gdb.selected_inferior().threads())


def run(limit):
    stack = []
    steps = 0
    while steps < limit:
        frame = gdb.newest_frame()
        pc = int(frame.pc())
        wanted = stack[::-1] if steps % DEEP_EVERY == 0 else stack[-1:]
        found = callers(frame, 1 if len(wanted) == 1 else 64)
        if found != wanted:
            print("WRONG at %#x in %s, step %d" % (pc, frame.name(), steps))
            print(" wanted", [[hex(value) for value in each] for each in wanted])
            print(" found ", [[hex(value) for value in each] for each in found])
            return
        instruction = frame.architecture().disassemble(pc)[0]
        text = instruction["asm"]
        before = [pc + instruction["length"], read("rsp")] + [read(name) for name in PRESERVED]
        gdb.execute("stepi", to_string=True)
        if not is_alive():
            break
        if text.startswith("call"):
            stack.append(before)
        elif text.startswith("ret"):
            stack.pop()
        steps += 1
    print("CHECKED %d" % steps)
