import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("crypto.suite.ts", import.meta.url));
