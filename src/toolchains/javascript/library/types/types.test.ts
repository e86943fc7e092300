import type * as publishedFiles from "tsuki:files";
import type * as publishedHttp from "tsuki:http";
import type * as publishedInstance from "tsuki:instance";
import type * as publishedNet from "tsuki:net";
import { expect, it } from "vitest";
import type * as files from "../tsuki/files.ts";
import type * as http from "../tsuki/http.ts";
import type * as instance from "../tsuki/instance.ts";
import type * as net from "../tsuki/net.ts";

/** The names that a module exports as values. */
type Names<Module> = keyof Module;

it("publishes types of everything that the modules export", () => {
  // The compiler checks these; classes that only the modules make are published as interfaces.
  const names: {
    files: [Names<typeof files>, Names<typeof publishedFiles>];
    http: [Names<typeof http>, Names<typeof publishedHttp>];
    instance: [Names<typeof instance>, Names<typeof publishedInstance>];
    net: [
      Exclude<Names<typeof net>, "TcpConnection" | "TcpListener" | "UdpSocket">,
      Names<typeof publishedNet>,
    ];
  }[] = [];
  const agree: [Names<typeof files>, Names<typeof http>, Names<typeof instance>] extends [
    Names<typeof publishedFiles>,
    Names<typeof publishedHttp>,
    Names<typeof publishedInstance>,
  ]
    ? true
    : never = true;
  expect(names).toEqual([]);
  expect(agree).toBe(true);
});
