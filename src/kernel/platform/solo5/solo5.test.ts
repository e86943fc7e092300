import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sptBootInfo } from "../../../contracts/solo5.ts";
import { type Handover, TenderedGuest } from "./guest.fixture.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const ownStack = { opensSockets: 1, usesOwnStack: 1 };

function booted(handover: Handover = {}): TenderedGuest {
  const guest = new TenderedGuest(handover);
  expect([guest.boot(), guest.console]).toEqual([0, ""]);
  return guest;
}

describe("a guest of Solo5's", () => {
  it.each([
    ["", [], []],
    ["one two", ["app", "one", "two"], []],
    ["A=1 B_2=x=y one C=3", ["app", "one", "C=3"], ["A=1", "B_2=x=y"]],
    ["A=1 TSUKI_NAME=name B=2", ["name"], ["A=1", "B=2"]],
    ['TSUKI_NAME="two words" one', ["two words", "one"], []],
    ["A=1 -- B=2", ["app", "B=2"], ["A=1"]],
    ["-- -- x", ["app", "--", "x"], []],
    ["=x A=1", ["app", "=x", "A=1"], []],
    ["a-b=1", ["app", "a-b=1"], []],
    [String.raw`one\ word "two words" "" \"`, ["app", "one word", "two words", "", '"'], []],
    ["  blanks   count  for nothing ", ["app", "blanks", "count", "for", "nothing"], []],
    ["ends in \\", ["app", "ends", "in", "\\"], []],
    ['"never closed', ["app", "never closed"], []],
  ])("takes words and variables from the command line: %s", (line, words, variables) => {
    const guest = booted({ commandLine: utf8(line) });
    expect(guest.strings("args")).toEqual(words);
    expect(guest.strings("environ")).toEqual(variables);
  });

  it("takes a command line of any bytes, as long as tenders make them", () => {
    const bytes = fc.uint8Array({ min: 1, minLength: 0, maxLength: 8191 });
    fc.assert(
      fc.property(bytes, (commandLine) => {
        const guest = booted({ commandLine });
        guest.call("args_sizes_get", 0, 4);
        expect(guest.console).toBe("");
      }),
      { numRuns: 30 },
    );
    expect(booted({ commandLine: utf8("x ".repeat(4095)) }).strings("args")).toHaveLength(4096);
  });

  it("writes both streams to the console, from the app's own memory", () => {
    const guest = booted();
    const bytes = guest.machine.appMemory.bytes();
    bytes.set(utf8("hello\n"), 1024);
    new DataView(bytes.buffer).setUint32(2048, 1024, true);
    new DataView(bytes.buffer).setUint32(2052, 6, true);
    expect([1, 2].map((stream) => guest.call("fd_write", stream, 2048, 1, 32))).toEqual([0, 0]);
    expect(guest.console).toBe("hello\nhello\n");
  });

  it("reads the end of an input that there is not", () => {
    const guest = booted();
    const view = new DataView(guest.machine.appMemory.bytes().buffer);
    view.setUint32(2052, 6, true);
    view.setUint32(32, 7, true);
    expect(guest.call("fd_read", 0, 2048, 1, 32)).toBe(0);
    expect(view.getUint32(32, true)).toBe(0);
  });

  it("grows the app as far as the kernel's own memory, which has some left", () => {
    const guest = booted();
    // 40 pages lie between the app's beginning and the end of memory; 4 are the kernel's.
    expect(guest.call("memoryGrow", 36)).toBe(-1);
    expect(guest.call("memoryGrow", 35)).toBe(1);
    expect(guest.strings("args")).toEqual([]);
  });

  it("takes addresses in Mirage's words in front of the others, where there is a network", () => {
    const commandLine = utf8("--ipv4=10.0.0.2/24 --ipv4-gateway=10.0.0.1 A=1 -- --ipv4=x");
    const guest = new TenderedGuest({ commandLine, hasNetwork: true }, ownStack);
    expect([guest.boot(), guest.console]).toEqual([0, ""]);
    expect([guest.strings("args"), guest.strings("environ")]).toEqual([
      ["app", "--ipv4=x"],
      ["A=1"],
    ]);
    expect(guest.call("sock_open", 1, 2, 64)).toBe(0);
    // Who has 10.0.0.2? Tell 10.0.0.1 (RFC 826).
    guest.received.push(
      Buffer.from(
        "ffffffffffff020000000001" +
          "08060001080006040001" +
          "0200000000010a000001" +
          "0000000000000a000002",
        "hex",
      ),
    );
    guest.call("sched_yield");
    const answers = guest.sent.map((frame) => Buffer.from(frame).toString("hex"));
    expect(answers.join()).toMatch(/08060001080006040002[0-9a-f]{12}0a000002/);
    expect(booted({ commandLine }).strings("args")[1]).toBe("--ipv4=10.0.0.2/24");
  });

  it("has the processor's randomness, or ends in one line", () => {
    expect(booted().call("random_get", 16, 8)).toBe(0);
    const guest = booted({ hasRandom: false });
    expect(guest.call("random_get", 16, 8)).toBe(125);
    expect(guest.console).toMatch(/^tsuki: no randomness: [^\n]*RDRAND\)\n$/);
  });

  it("opens no socket without a device", () => {
    const guest = new TenderedGuest({}, ownStack);
    expect([guest.boot(), guest.console]).toEqual([0, ""]);
    expect(guest.call("sock_open", 1, 2, 64)).toBe(2);
  });
});

describe("what a tender hands over", () => {
  it.each([
    ["memory that ends in the image", sptBootInfo.memoryBytes, 0x10_0000n],
    ["a command line where none can be", sptBootInfo.commandLine, 0n],
    ["a command line without end", sptBootInfo.commandLine, 0xf_ffffn],
    ["a manifest above the image", sptBootInfo.manifest, 0xffff_ffff_ffff_fff0n],
  ])("is refused with one line: %s", (_what, offset, value) => {
    const guest = new TenderedGuest({});
    new DataView(guest.record.buffer, guest.record.byteOffset).setBigUint64(offset, value, true);
    new Uint8Array(guest.memory.buffer, 0xf_ff00, 0x100).fill(1);
    expect(guest.boot()).toBe(125);
    expect(guest.console).toBe(
      "tsuki: this tender's boot information makes no sense; is it a solo5-spt?\n",
    );
  });

  it("boots the kernel or ends it, whatever its bytes are", () => {
    // But for the size of memory, which nobody else tells.
    const place = fc.integer({ min: sptBootInfo.commandLine, max: 0x200 });
    const places = fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(places, fc.bigInt({ min: 0n, max: 0xffffn }), (changes, address) => {
        const guest = new TenderedGuest({}, ownStack);
        for (const [at, byte] of changes) guest.record[at] = byte;
        expect([0, 125]).toContain(guest.boot());
        expect(new TenderedGuest({}).boot(address)).toBe(125);
      }),
      { numRuns: 50 },
    );
  });
});
