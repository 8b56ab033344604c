import express from "npm:express@4.21.2";
import session from "npm:express-session@1.18.1";
import rateLimit from "npm:express-rate-limit@7.5.0";

// deno-lint-ignore-file no-explicit-any
const app = express();
app.use(rateLimit({ windowMs: 60_000, limit: 100, standardHeaders: false, legacyHeaders: false }));
app.use(session({ secret: "s", resave: false, saveUninitialized: true, genid: () => "fixed" }));
app.get("/", (request: any, response: any) => {
  request.session.count = (request.session.count ?? 0) + 1;
  response.json({ count: request.session.count });
});
app.listen(3000);
