import Koa from "npm:koa@2.15.3";
import Router from "npm:@koa/router@13.1.0";

const router = new Router();
router.get("/", (context) => {
  context.cookies.set("a", "b", { httpOnly: true });
  context.body = { koa: true };
});
router.get("/missing", (context) => context.throw(404, "nothing here"));

const app = new Koa();
app.silent = true;
app.use(async (context, next) => {
  await next();
  context.set("x-served-by", "koa");
});
app.use(router.routes()).use(router.allowedMethods());
app.listen(3000);
