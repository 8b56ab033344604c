// Hono from npm: a router, and a default export that ddsrv serves.
//
//   curl http://localhost:9999/hono/greet/Ada
import { Hono } from "npm:hono@4.13.19";

const app = new Hono();

// Requests arrive without the prefix /hono.
app.get("/", (context) => context.text("Try /greet/Ada\n"));
app.get("/greet/:name", (context) => {
  return context.json({ greeting: `Hello ${context.req.param("name")}` });
});

export default app;
