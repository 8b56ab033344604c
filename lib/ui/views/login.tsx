/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import { type Frame, Layout } from "./layout.tsx";

/** The page before the login; `problem` says why an attempt failed. */
export function LoginPage(
  { frame, problem, remedy }: {
    readonly frame: Frame;
    readonly problem: string | undefined;
    /** Sentence that tells a person where to get a token. */
    readonly remedy: string;
  },
): JSX.Element {
  return (
    <Layout frame={frame} title="Log in">
      <div class="card">
        <h1>Log in</h1>
        {problem !== undefined && <p class="notice bad" role="alert">{problem}</p>}
        <form method="post" action={`${frame.root}login`}>
          <label for="secret">Token</label>
          <input
            id="secret"
            name="secret"
            type="password"
            autocomplete="off"
            maxlength={1_000}
            required
            autofocus
            aria-describedby="remedy"
          />
          <button type="submit" class="main">Log in</button>
        </form>
        <p class="hint" id="remedy">{remedy}</p>
      </div>
    </Layout>
  );
}
