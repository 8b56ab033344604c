import { existsSync } from "node:fs";
import ms from "ms";

Deno.serve(() => Response.json({ day: ms("1d"), installed: existsSync("node_modules/ms") }));
