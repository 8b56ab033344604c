import * as Sentry from "npm:@sentry/node@8.47.0";
import express from "npm:express@4.21.2";

// deno-lint-ignore-file no-explicit-any
Sentry.init({ dsn: "https://key@127.0.0.1/1", tracesSampleRate: 0, beforeSend: () => null });
const app = express();
app.get("/", (_request: any, response: any) => response.send("watched"));
app.get("/error", () => {
  throw new Error("reported");
});
Sentry.setupExpressErrorHandler(app);
app.use((_error: any, _request: any, response: any, _next: any) => response.status(500).send("sorry"));
app.listen(3000);
