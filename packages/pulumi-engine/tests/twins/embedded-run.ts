/** A run of the embedded engine in a process of its own, which can be killed. Argument: the options, as JSON. */
import { type UpOptions, up } from "../../src/index.ts";

await up(JSON.parse(process.argv[2] ?? "") as UpOptions);
