import ms from "ms";

Deno.serve(() => Response.json({ minute: ms("1m") }));
