import { each, suite } from "../cases.fixture.ts";

const inputs: readonly (readonly [input: string, base?: string])[] = [
  ["http://example.com"],
  ["HTTP://EXAMPLE.com:80/a/../b/./c?d=e#f"],
  ["https://user:pa%20ss@h:8443/p"],
  ["http://a/b c?d e#f g"],
  ["http://a/%7Efoo/%2e%2E/bar"],
  ["http:\\\\x\\y\\..\\z"],
  ["http:///a/b"],
  ["http:a"],
  ["http://"],
  ["http://a:b"],
  ["http://a:65536"],
  ["http://a:0"],
  ["http://a:/"],
  ["http://[::1]/"],
  ["http://[1:0:0:0:2:0:0:3]/"],
  ["http://[::ffff:1.2.3.4]:80/"],
  ["http://[::1"],
  ["http://[1::2::3]/"],
  ["http://[1:2:3:4:5:6:7:8]/"],
  ["http://[1:2:3:4:5:6:7::]/"],
  ["http://[]/"],
  ["http://192.168.0.1"],
  ["http://0x7f.1"],
  ["http://017700000001"],
  ["http://256.0.0.1"],
  ["http://1.2.3.4.5"],
  ["http://1.2.3.09"],
  ["http://4294967295"],
  ["http://4294967296"],
  ["http://foo.0x"],
  ["http://1.2.3.4."],
  ["http://EXAMPLE%2ecom"],
  ["http://a%00b"],
  ["http://a b"],
  ["http://a<b"],
  ["http://ex^ample"],
  ["http://münchen.de/ü?ü#ü"],
  ["http://例え.テスト"],
  ["http://faß.de"],
  ["http://ＧＯ.com"],
  ["http://xn--mnchen-3ya.de"],
  ["http://a\u00adb.com"],
  ["http://☃.net"],
  ["http://Bücher.ch:8080"],
  ["http://a。b"],
  ["mailto:a@b.c"],
  ["data:a  "],
  ["javascript:alert(1)"],
  ["about:blank"],
  ["blob:https://a.b/c-d"],
  ["urn:a:b"],
  ["tel:+1-2"],
  ["foo://bar/baz"],
  ["foo://BAR:80/"],
  ["foo:/a/../b"],
  ["foo:///a"],
  ["foo:////a"],
  ["foo://"],
  ["foo://a b/"],
  ["foo://user@/x"],
  ["web+demo:/.//not-a-host/"],
  ["foo:/..//p"],
  ["file:///c|/d"],
  ["file://host/p"],
  ["file:c:\\x"],
  ["file:///a/../../b"],
  ["file://localhost/x"],
  ["file:"],
  ["file:///C:/../x"],
  ["  http://a/  "],
  ["ht\ntp://a\t/b"],
  ["http://a?b"],
  ["http://a#b"],
  ["http://a?"],
  ["http://a#"],
  ["http://a/?#"],
  ["http://a/?q='x'"],
  ["foo://a/?q='x'"],
  ["http://a/{}|`"],
  ['http://a/"<>'],
  ["http://u@ser@h/"],
  ["http://:@h/"],
  ["http://u:@h/"],
  ["//x/y", "http://a/b"],
  ["/x", "http://a/b/c?d#e"],
  ["x", "http://a/b/c?d#e"],
  ["?x", "http://a/b/c?d#e"],
  ["#x", "http://a/b/c?d#e"],
  ["", "http://a/b/c?d#e"],
  ["../../../x", "http://a/b/c/d"],
  ["./", "http://a/b/c"],
  ["..", "http://a/b/c/"],
  ["http:x", "http://a/b/c"],
  ["http:/x", "http://a/b/c"],
  ["https:x", "http://a/b/c"],
  ["\\x", "http://a/b"],
  ["\\\\x\\y", "http://a/b"],
  ["x", "mailto:a"],
  ["#x", "mailto:a"],
  ["x", "about:blank"],
  ["x", "foo://a/b/c"],
  ["//x", "foo://a/b"],
  ["x", "data:a"],
  ["x", "file:///c:/d/e"],
  ["/x", "file:///c:/d/e"],
  ["//h/x", "file:///c:/d"],
  ["d:/x", "file:///c:/d"],
  ["?x", "file:///a/b"],
  ["nonsense"],
  [""],
  ["x", "nonsense"],
  ["://a"],
  ["1http://a"],
  ["http://\ud800/"],
  ["http://a/\ud800"],
  ["http://a/😀?😀#😀"],
  ["ws://a:80"],
  ["wss://a:443"],
  ["ftp://a:21/x"],
  ["http://a/b/%"],
  ["http://a/%zz"],
  ["http://a?%zz&é"],
  ["https://a.b:443"],
  ["http://a/..;/x"],
  ["http://a//b//c"],
  ["http://h/.%2e/x"],
  ["http://h/a/%2E"],
  ["http://-x/"],
  ["http://a_b/"],
  ["http://a../"],
  ["http://user:pass:word@h/"],
  ["http://a:+80"],
  ["http://%"],
  ["http://a%"],
];

const parts = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

function partsOf(url: URL): readonly string[] {
  return parts.map((part) => url[part]);
}

const starts = [
  "http://u:p@host:81/a/b?c=d#e",
  "https://host/",
  "file:///x/y",
  "mailto:x",
  "foo://h:5/p",
];
const changes: readonly (readonly [
  part: Exclude<(typeof parts)[number], "origin">,
  value: string,
])[] = [
  ["href", "http://new/"],
  ["href", "bad"],
  ["protocol", "https"],
  ["protocol", "ftp:x"],
  ["protocol", "foo"],
  ["protocol", "1"],
  ["username", "a:b"],
  ["username", ""],
  ["password", "x y"],
  ["host", "new:99"],
  ["host", "new"],
  ["host", ""],
  ["host", "a b"],
  ["host", "[::1]:3"],
  ["host", "x/y"],
  ["host", "x:443"],
  ["hostname", "n.e.w"],
  ["hostname", "x:9"],
  ["hostname", ""],
  ["port", "8080"],
  ["port", ""],
  ["port", "80x"],
  ["port", "x"],
  ["port", "443"],
  ["port", "99999"],
  ["pathname", "/x/../y"],
  ["pathname", "a b?#"],
  ["pathname", ""],
  ["search", "?x=y z"],
  ["search", "x"],
  ["search", ""],
  ["search", "?"],
  ["hash", "#x y"],
  ["hash", "x"],
  ["hash", ""],
];

/** Parsing and serialising, every setter, and the query's parameters. */
export const cases = suite({
  ...each(
    inputs,
    ([input, base]) => `${JSON.stringify(input)} on ${base}`,
    ([input, base]) => partsOf(new URL(input, base)),
  ),
  ...(Object.assign(
    {},
    ...starts.map((start) =>
      each(
        changes,
        ([part, value]) => `${start}: ${part} = ${JSON.stringify(value)}`,
        ([part, value]) => {
          const url = new URL(start);
          url[part] = value;
          return partsOf(url);
        },
      ),
    ),
  ) as Record<string, () => unknown>),
  ...each(
    [
      "a=1&b=2",
      "?a=1",
      "a=b=c",
      "&&a&=b&",
      "a=%20+x",
      "%zz=%41",
      "é=ü",
      "a=\ud800",
      "%F0%9F%98%80=%ff",
      "+=+",
    ],
    (input) => `parameters of ${JSON.stringify(input)}`,
    (input) => [[...new URLSearchParams(input)], String(new URLSearchParams(input))],
  ),
  "parameters: made of pairs, records and others": () => [
    String(
      new URLSearchParams([
        ["a", "b c"],
        ["d", "!'()*~-._"],
      ]),
    ),
    String(new URLSearchParams({ x: "1", y: "ä" })),
    String(new URLSearchParams(new URLSearchParams("q=1&q=2"))),
  ],
  "parameters: bad pairs": () => new URLSearchParams([["a"]] as unknown as [string, string][]),
  "parameters: methods": () => {
    const params = new URLSearchParams("b=1&a=2&b=3&c=4");
    const before = [
      params.get("b"),
      params.getAll("b"),
      params.has("a"),
      params.has("a", "1"),
      params.get("x"),
      params.size,
    ];
    params.append("d", "5");
    params.set("b", "9");
    params.delete("c");
    params.sort();
    return [before, String(params), [...params.keys()], [...params.values()]];
  },
  "parameters of a URL change it, and the other way": () => {
    const url = new URL("http://a/?x=1#h");
    url.searchParams.append("y", "a b");
    const first = url.href;
    url.search = "?z=3";
    const second = [...url.searchParams];
    url.searchParams.delete("z");
    return [first, second, url.href];
  },
  canParse: () => [URL.canParse("http://a"), URL.canParse("a"), URL.canParse("a", "http://b")],
  JSON: () => JSON.stringify({ url: new URL("http://a/b") }),
  error: () => {
    try {
      new URL("x");
      return undefined;
    } catch (error) {
      return [
        error instanceof TypeError,
        (error as { code?: string }).code,
        (error as Error).message,
      ];
    }
  },
});
