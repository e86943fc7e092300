import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("fetch.suite.ts", import.meta.url));
