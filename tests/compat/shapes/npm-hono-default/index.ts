import { Hono } from "npm:hono@4.6.14";

const app = new Hono();
app.get("/:name", (context) => context.html(`<b>${context.req.param("name")}</b>`));

export default app;
