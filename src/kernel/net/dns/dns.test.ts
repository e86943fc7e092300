import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Calls } from "../../../simulator/kernel.fixture.ts";
import {
  answerRoom,
  answerWith,
  nameOf,
  questionEnd,
  ServedNetwork,
  type Server,
} from "./served-network.fixture.ts";

const tryAgain = 78;
const failed = 80;
const noName = 84;
const noService = 85;
const second = 1_000_000_000n;
const [hints, results, addresses, data, pointer, count, text] = [
  64, 128, 512, 768, 32, 36, 2048,
] as const;

const both: Server = (question) => [
  answerWith(
    question,
    nameOf(question).endsWith(" A")
      ? [
          [5, [3, 0x77, 0x77, 0x77, 0xc0, 12]],
          [1, [192, 0, 2, 7]],
        ]
      : [[28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]]],
  ),
];

function pass({ clock }: Calls, seconds: bigint): void {
  clock.waitUntil(clock.monotonicTime() + seconds * second, () => false);
}

/** The same answer, its first record true for so long. */
function withSeconds(answer: Uint8Array, seconds: number): Uint8Array {
  answer[answer.length - 7] = seconds;
  return answer;
}

/** An answer that there is nothing, and for how long: an SOA record without names. */
function absence(question: Uint8Array, code: number, seconds: number): Uint8Array {
  const answer = answerWith(question, [], code);
  answer[9] = 1;
  const numbers = Array.from({ length: 5 }, () => [0, 0, 0, seconds]).flat();
  const record = [0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, ...numbers];
  return Uint8Array.from([...answer, ...record]);
}

interface Lookup {
  readonly error: unknown;
  readonly found: string[];
}

function lookUp(calls: Calls, name: string, service = "", family = 0, limit = 4): Lookup {
  const { view } = calls;
  view.setUint8(hints + 2, family);
  for (let index = 0; index < 4; index++) {
    const result = results + index * 28;
    view.setUint32(result + 12, addresses + index * 12, true);
    view.setUint32(result + 24, index < 3 ? result + 28 : 0, true);
    view.setUint32(addresses + index * 12 + 8, data + index * 26, true);
  }
  view.setUint32(pointer, results, true);
  view.setUint32(count, 0, true);
  calls.put(text, name);
  calls.put(text + 600, service);
  const error = calls.call(
    "sock_getaddrinfo",
    ...[text, name.length, text + 600, service.length, hints, pointer, limit, count],
  );
  const found = Array.from({ length: view.getUint32(count, true) }, (_, index) => {
    const place = data + index * 26;
    const bytes = calls.machine.appMemory.bytes();
    const isIpv4 = view.getUint8(addresses + index * 12) === 1;
    const own = isIpv4 ? bytes.slice(place + 2, place + 6) : bytes.slice(place + 6, place + 22);
    return `${[...own].join(".")}:${view.getUint16(place, false)}`;
  });
  return { error, found };
}

const longAddress = "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9";

describe("looking up a name", () => {
  it("asks for both families and gives all addresses, with the port", () => {
    const network = new ServedNetwork(both);
    const calls = new Calls({ network });
    expect(lookUp(calls, "www.example.com", "8080")).toEqual({
      error: 0,
      found: ["192.0.2.7:8080", `${longAddress}:8080`],
    });
    expect(network.questions).toEqual([
      "10.0.0.1 www.example.com A",
      "10.0.0.1 www.example.com AAAA",
    ]);
    expect(lookUp(calls, "www.example.com", "http", 2).found).toEqual([`${longAddress}:80`]);
  });

  const numbers: readonly (readonly [string, string | undefined])[] = [
    ["192.0.2.1", "192.0.2.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"],
    ["::1", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"],
    ["2001:db8::9", longAddress],
    ["1:2:3:4:5:6:7:8", "0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.8"],
    ["1::", "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0"],
    ["64:ff9b::192.0.2.33", "0.100.255.155.0.0.0.0.0.0.0.0.192.0.2.33"],
    ["1.2.3", undefined],
    ["1.2.3.256", undefined],
    ["01.2.3.4", undefined],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1::2::3", undefined],
    ["12345::", undefined],
    [":1", undefined],
    ["1:", undefined],
  ];
  it.each(numbers)("reads the number %s without asking, or asks", (name, expected) => {
    const network = new ServedNetwork((question) => [answerWith(question, [], 3)]);
    const { error, found } = lookUp(new Calls({ network }), name);
    expect([error, found]).toEqual(expected === undefined ? [noName, []] : [0, [`${expected}:0`]]);
    if (expected !== undefined) expect(network.questions).toEqual([]);
  });

  it("takes what /etc/hosts says first", () => {
    const hosts = "# comment\n127.0.0.1\tlocalhost\n10.1.2.3 db DB.internal # old\n::1 six\nx y\n";
    const network = new ServedNetwork(both, { hosts });
    const calls = new Calls({ network });
    expect(lookUp(calls, "db.INTERNAL").found).toEqual(["10.1.2.3:0"]);
    expect(lookUp(calls, "db").found).toEqual(["10.1.2.3:0"]);
    expect(lookUp(calls, "localhost").found).toEqual(["127.0.0.1:0"]);
    expect(lookUp(calls, "six", "", 1).error).toBe(noName);
    expect(network.questions).toEqual([]);
    expect(lookUp(calls, "old").found).toHaveLength(2);
  });

  it("asks the next server when one is silent or cannot say", () => {
    const servers = "nameserver 10.0.0.1\n# no\nnameserver  10.0.0.2\nnameserver ::3\n";
    const network = new ServedNetwork(
      (question, server) => {
        if (server === "10.0.0.1") return [];
        return server === "10.0.0.2"
          ? [answerWith(question, [], 2)]
          : both(question, server, false);
      },
      { "resolv.conf": servers },
    );
    const calls = new Calls({ network });
    expect(lookUp(calls, "a.b", "", 1).found).toEqual(["192.0.2.7:0"]);
    expect(network.questions.map((question) => question.split(" ")[0])).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "0:0:0:0:0:0:0:3",
    ]);
    expect(calls.clock.monotonicTime()).toBe(2n * second);
  });

  it("gives up when nobody answers", () => {
    const calls = new Calls({ network: new ServedNetwork(() => []) });
    expect(lookUp(calls, "a.b").error).toBe(tryAgain);
    expect(calls.clock.monotonicTime()).toBe(6n * second);
    const without = new Calls({ network: new ServedNetwork(both, { "resolv.conf": "" }) });
    expect([tryAgain, failed]).toContain(lookUp(without, "a.b").error);
  });

  it("believes only the answer to its own question", () => {
    const network = new ServedNetwork((question) => {
      const forged = answerWith(question, [[1, [6, 6, 6, 6]]]);
      const otherNumber = forged.slice();
      otherNumber[0] = (otherNumber[0] ?? 0) ^ 1;
      const otherName = forged.slice();
      otherName[13] = 0x7a;
      const aQuestion = forged.slice();
      aQuestion[2] = 1;
      return [otherNumber, otherName, aQuestion, ...both(question, "", false)];
    });
    expect(lookUp(new Calls({ network }), "a.b", "", 1).found).toEqual(["192.0.2.7:0"]);
  });

  it.each(["", ".", "a..b", "x".repeat(64), "a.".repeat(127) + "abc", " ".repeat(300)])(
    "refuses what is no name: %j",
    (name) => {
      const network = new ServedNetwork(both);
      expect(lookUp(new Calls({ network }), name).error).toBe(noName);
      expect(network.questions).toEqual([]);
    },
  );

  it("refuses a service that is no port", () => {
    const calls = new Calls({ network: new ServedNetwork(both) });
    for (const service of ["gopher", "65536", "-1"]) {
      expect(lookUp(calls, "a.b", service).error).toBe(noService);
    }
  });

  const searching = {
    "resolv.conf":
      "nameserver 10.0.0.1\nsearch one.test two.test\noptions ndots:2 timeout:1 attempts:1\n",
  };

  it.each<[string, string[]]>([
    ["db", ["db.one.test", "db.two.test", "db"]],
    ["a.db", ["a.db.one.test", "a.db.two.test", "a.db"]],
    ["b.a.db", ["b.a.db", "b.a.db.one.test", "b.a.db.two.test"]],
    ["db.", ["db"]],
  ])("tries %s as it is, and in the domains to search, by its dots", (name, names) => {
    const network = new ServedNetwork((question) => [answerWith(question, [], 3)], searching);
    expect(lookUp(new Calls({ network }), name).error).toBe(noName);
    expect(network.questions).toEqual(names.map((full) => `10.0.0.1 ${full} A`));
  });

  it("ends its search with the first name that has an address", () => {
    const network = new ServedNetwork(
      (question, server) =>
        nameOf(question).startsWith("db.two")
          ? both(question, server, false)
          : [answerWith(question, [], 3)],
      searching,
    );
    expect(lookUp(new Calls({ network }), "db", "", 1).found).toEqual(["192.0.2.7:0"]);
    expect(network.questions).toHaveLength(2);
  });

  it("remembers addresses for as long as they are true, the shortest time of the way", () => {
    const network = new ServedNetwork((question) => [
      withSeconds(answerWith(question, [[1, [192, 0, 2, 7]]]), 30),
    ]);
    const calls = new Calls({ network });
    const ask = (name: string) => lookUp(calls, name, "", 1).found;
    expect([ask("a.b"), ask("A.B"), ask("a.b.")]).toEqual(
      Array.from({ length: 3 }, () => ["192.0.2.7:0"]),
    );
    expect(network.questions).toHaveLength(1);
    pass(calls, 29n);
    ask("a.b");
    expect(network.questions).toHaveLength(1);
    pass(calls, 2n);
    ask("a.b");
    expect(network.questions).toHaveLength(2);
  });

  it("remembers that there is no such name, if the answer says for how long (RFC 2308)", () => {
    const network = new ServedNetwork((question) => [absence(question, 3, 20)]);
    const calls = new Calls({ network });
    for (let turn = 0; turn < 3; turn++) expect(lookUp(calls, "no.where").error).toBe(noName);
    expect(network.questions).toHaveLength(1);
    pass(calls, 21n);
    expect(lookUp(calls, "no.where").error).toBe(noName);
    expect(network.questions).toHaveLength(2);
  });

  it("remembers that a name has no addresses of one family", () => {
    const network = new ServedNetwork((question) =>
      nameOf(question).endsWith(" A")
        ? [answerWith(question, [[1, [192, 0, 2, 7]]])]
        : [absence(question, 0, 20)],
    );
    const calls = new Calls({ network });
    for (let turn = 0; turn < 3; turn++) {
      expect(lookUp(calls, "four.only").found).toEqual(["192.0.2.7:0"]);
    }
    expect(network.questions).toHaveLength(2);
  });

  it("remembers few names, and forgets what ends first", () => {
    const network = new ServedNetwork((question) => [answerWith(question, [[1, [192, 0, 2, 7]]])]);
    const calls = new Calls({ network });
    for (let name = 0; name < 100; name++) lookUp(calls, `name-${name}.test`, "", 1);
    const asked = network.questions.length;
    lookUp(calls, "name-99.test", "", 1);
    expect(network.questions).toHaveLength(asked);
    lookUp(calls, "name-0.test", "", 1);
    expect(network.questions).toHaveLength(asked + 1);
  });

  it("asks by TCP for an answer that is too long for a datagram", () => {
    const many = Array.from({ length: 40 }, (_, index) => [1, [10, 0, 0, index]] as const);
    const network = new ServedNetwork((question, _server, isStream) => {
      const answer = answerWith(question, isStream ? many : []);
      if (!isStream) answer[2] = 0x83;
      return [answer];
    });
    const calls = new Calls({ network });
    const { found } = lookUp(calls, "many.test", "", 1);
    expect(found).toEqual(["10.0.0.0:0", "10.0.0.1:0", "10.0.0.2:0", "10.0.0.3:0"]);
    expect(network.questions).toEqual(["10.0.0.1 many.test A", "10.0.0.1 many.test A by TCP"]);
  });

  it("says how long an answer by UDP may be, and takes as long a one (RFC 6891)", () => {
    const many = Array.from({ length: 60 }, (_, index) => [1, [10, 0, 0, index]] as const);
    const network = new ServedNetwork((question) => {
      const answer = answerWith(question, many);
      if (answer.length <= answerRoom(question)) return [answer];
      answer[2] = 0x83;
      return [answer];
    });
    expect(lookUp(new Calls({ network }), "many.test", "", 1).found).toHaveLength(4);
    expect(network.questions).toEqual(["10.0.0.1 many.test A"]);
  });

  it.each([
    ["does not understand one", (question: Uint8Array) => [answerWith(question, [], 1)]],
    ["is silent to one", () => []],
  ])("asks without an extension who %s", (_name, refuse) => {
    const network = new ServedNetwork((question, server, isStream) =>
      answerRoom(question) === 512 ? both(question, server, isStream) : refuse(question),
    );
    expect(lookUp(new Calls({ network }), "a.b", "", 1).found).toEqual(["192.0.2.7:0"]);
    expect(network.questions).toEqual(["10.0.0.1 a.b A", "10.0.0.1 a.b A"]);
  });

  it("follows aliases in any order, and believes no record about another name", () => {
    const target = [5, 0x6f, 0x74, 0x68, 0x65, 0x72, 0]; // other.
    const network = new ServedNetwork((question) => {
      const head = answerWith(question, []);
      head[7] = 3;
      const record = (owner: number[], type: number, content: number[]) => [
        ...owner,
        ...[0, type, 0, 1, 0, 0, 0, 60, 0, content.length],
        ...content,
      ];
      return [
        Uint8Array.from([
          ...head,
          ...record(target, 1, [192, 0, 2, 8]),
          ...record([5, 0x65, 0x76, 0x69, 0x6c, 0x21, 0], 1, [6, 6, 6, 6]),
          ...record([0xc0, 12], 5, target),
        ]),
      ];
    });
    expect(lookUp(new Calls({ network }), "a.b", "", 1).found).toEqual(["192.0.2.8:0"]);
  });

  it("is not caught in aliases of one another, nor in pointers to themselves", () => {
    const network = new ServedNetwork((question) => [answerWith(question, [[5, [0xc0, 12]]])]);
    expect(lookUp(new Calls({ network }), "a.b", "", 1).error).toBe(noName);
    const pointing = new ServedNetwork((question) => {
      const answer = answerWith(question, [[1, [6, 6, 6, 6]]]);
      answer.set([0xc0, questionEnd(question)], questionEnd(question));
      return [answer];
    });
    expect(lookUp(new Calls({ network: pointing }), "a.b", "", 1).error).toBe(noName);
  });

  it("takes names of the setting TSUKI_HOSTS, and localhost in either family", () => {
    const network = new ServedNetwork(both);
    const environment = ["TSUKI_HOSTS=10.1.2.3 db db.internal,2001:db8::9 six"];
    const calls = new Calls({ network, environment });
    expect(lookUp(calls, "DB.internal").found).toEqual(["10.1.2.3:0"]);
    expect(lookUp(calls, "six").found).toEqual([`${longAddress}:0`]);
    expect(lookUp(calls, "localhost", "", 2).found).toEqual(["0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1:0"]);
    expect(lookUp(calls, "app.localhost").found).toEqual(["127.0.0.1:0"]);
    expect(network.questions).toEqual([]);
  });

  it("survives whatever a server sends", () => {
    const mutation = fc.tuple(fc.nat(80), fc.nat(255));
    const answer = fc.oneof(
      fc.record({ mutations: fc.array(mutation, { maxLength: 8 }), cut: fc.nat(90) }),
      fc.uint8Array({ maxLength: 700 }),
    );
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (answers) => {
        const network = new ServedNetwork((question) =>
          answers.map((given) => {
            if (given instanceof Uint8Array) return given;
            const bytes = both(question, "", false)[0] ?? question;
            for (const [at, value] of given.mutations) bytes[at % bytes.length] = value;
            return bytes.slice(0, bytes.length - (given.cut % bytes.length));
          }),
        );
        const { error } = lookUp(new Calls({ network }), "www.example.com");
        expect([0, tryAgain, failed, noName]).toContain(error);
      }),
      { numRuns: 200 },
    );
  });
});
