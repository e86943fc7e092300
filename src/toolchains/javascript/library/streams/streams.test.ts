import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("streams.suite.ts", import.meta.url));
