import { describe, expect, it } from "vitest";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { hex, layouts, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();
const [solicit, advertise, routerSolicit] = [135, 136, 133] as const;
const noLinkAddress = 2n ** 64n - 1n;

/** Type and word come before the packet here: the body is what lies at the end of memory. */
function parseNeighbour(type: number, body: Uint8Array, word = 0) {
  const record = machine.recordAddress;
  const code = machine.call(
    ...(["parseNeighbour", type, word, machine.place(body), body.length, record] as const),
  );
  return { code, fields: machine.fields(layouts.neighbour, record) };
}

function parseRouter(body: Uint8Array, word = 0) {
  const record = machine.recordAddress;
  const address = machine.place(body);
  const code = machine.call("parseRouter", word, address, body.length, record);
  return { code, fields: machine.fields(layouts.router, record) };
}

const target = "fe80000000000000f89130fffe359549";
const prefix = `0304 40c0 00015180 00003840 00000000 20010db8000100000000000000000000`;

describe("neighbour discovery", () => {
  it("reads a solicitation and an advertisement, and writes the same", () => {
    const asked = hex(`${target} 0101d653cdef0b8f`);
    expect(parseNeighbour(solicit, asked)).toMatchObject({
      code: 0,
      fields: { linkAddress64: 0xd653_cdef_0b8fn, flags: 0 },
    });
    const write = (type: number): Uint8Array => {
      const out = machine.recordAddress + 0x800;
      const length = machine.call("emitNeighbour", type, machine.recordAddress, out);
      return machine.bytes(out, length).slice();
    };
    expect(write(solicit)).toEqual(asked);
    const answer = hex(`${target} 0201fa9130359549`);
    expect(parseNeighbour(advertise, answer, 0x6000_0000).fields).toMatchObject({
      ...{ linkAddress64: 0xfa91_3035_9549n, flags: 0x6000_0000 },
    });
    expect(write(advertise)).toEqual(answer);
    // Linux's router solicitation has no target.
    const search = hex("0101d653cdef0b8f");
    expect(parseNeighbour(routerSolicit, search).code).toBe(0);
    expect(write(routerSolicit)).toEqual(search);
  });

  it("passes over unknown options, and knows when there is no link address", () => {
    // From Linux: the probe for a duplicate has a nonce alone (RFC 7527).
    const probe = hex(`${target} 0e01e94ca7270100`);
    expect(parseNeighbour(solicit, probe).fields).toMatchObject({ linkAddress64: noLinkAddress });
  });

  it.each([
    [1, target.slice(2)],
    [2, `${target} 0100d653cdef0b8f`],
    [2, `${target} 0102d653cdef0b8f`],
    [2, `${target} 0101d653cdef0b`],
    [2, `ff${target.slice(2)}`],
  ])("gives outcome %i for what is not sound, case %#", (code, body) => {
    expect(parseNeighbour(solicit, hex(body)).code).toBe(code);
  });

  it("reads a router's advertisement with its prefixes", () => {
    const body = hex(`00007530 000003e8 0101d653cdef0b8f 0501 0000 00000514 ${prefix}`);
    const { code, fields } = parseRouter(body, 0x4000_0708);
    expect(code).toBe(0);
    expect(fields).toMatchObject({
      ...{ hopLimit: 64, lifetimeSeconds: 1800, reachableMs: 30_000, retransmitMs: 1000 },
      ...{ mtu: 1300, linkAddress64: 0xd653_cdef_0b8fn },
    });
    const found = machine.recordAddress + 0x800;
    expect(machine.call("findPrefix", machine.recordAddress, 0, found)).toBe(1);
    expect(machine.fields(layouts.prefix, found)).toMatchObject({
      ...{ prefixBits: 64, flags: 0xc0, validSeconds: 86_400, preferredSeconds: 14_400 },
    });
    expect(machine.call("findPrefix", machine.recordAddress, 1, found)).toBe(0);
  });

  it("refuses router advertisements whose options do not add up", () => {
    expect(parseRouter(hex("00007530 0000")).code).toBe(1);
    expect(parseRouter(hex("00007530 000003e8 0000000000000000")).code).toBe(2);
    expect(parseRouter(hex(`00007530 000003e8 ${prefix} 03`)).code).toBe(2);
  });

  itEndsWithAnOutcome({
    machine: Object.assign(new WireMachine(), {
      parse(_name: string, _layout: string, packet: Uint8Array) {
        const { code, fields } = parseRouter(packet);
        if (code !== 0) return { outcome: "malformed", fields } as const;
        const found = machine.recordAddress + 0x800;
        for (let index = 0; index < 50; index++) {
          machine.call("findPrefix", machine.recordAddress, index, found);
        }
        return { outcome: "well-formed", fields } as const;
      },
    }),
    parse: "parseRouter",
    layout: "router",
    samples: [hex(`00007530 000003e8 0101d653cdef0b8f 0501 0000 00000514 ${prefix} ${prefix}`)],
  });
});
