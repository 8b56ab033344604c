import ms from "ms";
import about from "npm:ms@2/package.json" with { type: "json" };

Deno.serve(() => Response.json({ version: about.version, minute: ms("1m") }));
