import { Hono } from "hono";
import ms from "ms";

const app = new Hono();
app.get("/", (context) => context.json({ hour: ms("1h") }));

Deno.serve(app.fetch);
