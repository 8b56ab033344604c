/** @jsxImportSource npm:react@18.3.1 */
import { renderToStaticMarkup } from "npm:react-dom@18.3.1/server";

const Item = ({ children }) => <li className="item">{children}</li>;

Deno.serve(() =>
  new Response(renderToStaticMarkup(<ul><Item>one</Item><Item>two</Item></ul>), {
    headers: { "content-type": "text/html" },
  })
);
