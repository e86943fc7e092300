import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chooseSubnet,
  formatSubnet,
  hostAddress,
  hostAddress6,
  hostLimit,
  overlap,
  parseSubnet,
  readSubnet,
  type Subnet,
  uniqueLocalPrefix,
} from "./subnet.ts";

const subnets = fc
  .record({ address: fc.nat({ max: 2 ** 32 - 1 }), bits: fc.integer({ min: 16, max: 29 }) })
  .map(({ address, bits }) => ({ first: address - (address % 2 ** (32 - bits)), bits }));

const last = ({ first, bits }: Subnet): number => first + 2 ** (32 - bits) - 1;

describe("a subnet", () => {
  it("is written as it is read", () => {
    fc.assert(
      fc.property(subnets, (subnet) => {
        expect(parseSubnet(formatSubnet(subnet))).toEqual(subnet);
      }),
    );
  });

  it("overlaps those with which it has an address in common", () => {
    fc.assert(
      fc.property(subnets, subnets, (one, other) => {
        const isCommon = one.first <= last(other) && other.first <= last(one);
        expect(overlap(one, other)).toBe(isCommon);
        expect(overlap(other, one)).toBe(isCommon);
      }),
    );
  });

  it("gives each host an address between its own and its broadcast's", () => {
    fc.assert(
      fc.property(subnets, fc.nat(), (subnet, number) => {
        const host = 1 + (number % hostLimit(subnet));
        const address = hostAddress(subnet, host);
        expect(isIPv4(address)).toBe(true);
        expect(readSubnet(`${address}/${subnet.bits}`)).toEqual(subnet);
        expect(readSubnet(address)?.first).toBeGreaterThan(subnet.first);
        expect(readSubnet(address)?.first).toBeLessThan(last(subnet));
      }),
    );
  });

  it.each([
    ["10.1.2.3/24", "is no subnet"],
    ["10.1.2.0", "is no subnet"],
    ["10.1.2.0/24/1", "is no subnet"],
    ["10.1.0/24", "is no subnet"],
    ["fd00::/64", "is no subnet"],
    ["10.0.0.0/8", "is too large or too small"],
    ["10.0.0.0/30", "is too large or too small"],
  ])("is not %s", (text, message) => {
    expect(() => parseSubnet(text)).toThrow(message);
  });

  it("is chosen beside those that are taken, until none is left", () => {
    const taken: Subnet[] = [parseSubnet("10.201.0.0/16")];
    for (let count = 0; count < 384; count++) {
      const chosen = chooseSubnet(taken);
      expect(taken.some((other) => overlap(chosen, other))).toBe(false);
      taken.push(chosen);
    }
    expect(() => chooseSubnet(taken)).toThrow("all subnets that are tried are in use");
  });

  it("of IPv6 is unique and local", () => {
    const random = fc.uint8Array({ minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(random, fc.integer({ min: 1, max: 65_534 }), (bytes, host) => {
        const address = hostAddress6(uniqueLocalPrefix(bytes), host);
        expect(isIPv6(address)).toBe(true);
        expect(address).toMatch(/^fd[0-9a-f]{2}:/);
      }),
    );
  });
});
