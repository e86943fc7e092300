import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("events.suite.ts", import.meta.url));
