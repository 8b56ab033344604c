import sharp from "npm:sharp@0.33.5";

Deno.serve(() => Response.json({ version: sharp.versions.sharp }));
