// What the page's own script (page.js) needs, as one global: GraphiQLBundle.
export { createElement } from "react";
export { createRoot } from "react-dom/client";
export { GraphiQL } from "graphiql";
export { createGraphiQLFetcher } from "@graphiql/toolkit";
