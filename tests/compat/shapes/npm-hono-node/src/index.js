import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

const app = new Hono();
app.get("/api", (context) => context.json({ node: true }));
app.use("/*", serveStatic({ root: "./public" }));

serve({ fetch: app.fetch, port: 3000 });

export default app;
