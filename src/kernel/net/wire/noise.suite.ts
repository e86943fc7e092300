import fc from "fast-check";
import { expect, it } from "vitest";
import type { Fields, layouts, WireMachine } from "./wire.fixture.ts";

/** A format as the noise test sees it. */
export interface Format {
  readonly machine: WireMachine;
  readonly parse: string;
  readonly layout: keyof typeof layouts;
  readonly samples: readonly Uint8Array[];
  /** Arguments between packet and representation, made before each call. */
  readonly between?: () => number[];
  /** Sets checksums right, so that noise gets behind them. */
  readonly repair?: (packet: Uint8Array) => void;
  /** Emits what was parsed last; undefined for formats that are only read. */
  readonly emit?: (fields: Fields, packet: Uint8Array) => Uint8Array;
  /** Fields that say how a packet is written, not what it says. */
  readonly spelling?: readonly string[];
}

/** Feeds a parser noise at the very end of memory: it never traps, and what it reads it can write. */
export function itEndsWithAnOutcome(format: Format): void {
  const { machine, parse, layout, samples, between, repair, emit, spelling = [] } = format;
  const read = (packet: Uint8Array) => machine.parse(parse, layout, packet, ...(between?.() ?? []));
  const plain = (fields: Fields) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !spelling.includes(name)));
  const changed = fc.record({
    sample: fc.nat({ max: Math.max(0, samples.length - 1) }),
    changes: fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    cut: fc.nat({ max: 400 }),
  });
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    changed.map(({ sample, changes, cut }) => {
      const packet = (samples[sample] ?? new Uint8Array()).slice();
      for (const [at, value] of changes) if (at < packet.length) packet[at] = value;
      return cut % 3 === 0 ? packet.slice(0, cut) : packet;
    }),
  );

  it("ends with an outcome whatever the bytes, and reads what it writes as the same", () => {
    fc.assert(
      fc.property(noise, (packet) => {
        repair?.(packet);
        const { outcome, fields } = read(packet);
        if (outcome !== "well-formed" || emit === undefined) return;
        const written = emit(fields, packet);
        const again = read(written);
        expect(again.outcome).toBe("well-formed");
        expect(plain(again.fields)).toEqual(plain(fields));
        expect(emit(again.fields, written)).toEqual(written);
      }),
      { numRuns: 1_500 },
    );
  });
}
