/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import { type Frame, Layout } from "./layout.tsx";

/** A page with one message, such as an error. */
export function MessagePage(
  { frame, title, text }: { readonly frame: Frame; readonly title: string; readonly text: string },
): JSX.Element {
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href={frame.root}>Show the functions</a>
        </p>
      </div>
    </Layout>
  );
}
