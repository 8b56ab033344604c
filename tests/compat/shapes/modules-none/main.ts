import ms from "ms";

Deno.serve(() => Response.json({ second: ms("1s") }));
