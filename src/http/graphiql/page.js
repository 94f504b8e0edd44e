// Starts GraphiQL for this hub. GraphiQLBundle comes from graphiql.js (see README.md).
"use strict";

(() => {
  const { GraphiQL, createElement, createGraphiQLFetcher, createRoot } = GraphiQLBundle;

  const DEFAULT_HEADERS = '{\n  "Authorization": "Bearer ..."\n}\n';

  const DEFAULT_QUERY = `# 共建 Gongjian Hub
#
# 点 ▶ 或按 Ctrl-Enter 运行；左上角书本图标是文档。
# Press ▶ or Ctrl-Enter to run;
# the book icon at the top left opens the docs.
#
# 要以自己的身份操作：在下方 Headers 里
# 把 ... 换成你的令牌；关闭或刷新本页即丢弃。
# To act as yourself, put your token in place
# of ... under Headers below; it is forgotten
# when this page is closed or reloaded.

# 街道上能提供的服务，无需令牌 · Services on offer, without a token
query Services {
  services(first: 5) {
    totalCount
    nodes {
      title
      unit {
        name
      }
      category {
        name
      }
      capacities {
        left
        total
        measure
      }
    }
  }
}

# 待认领的需求，需要令牌 · Needs to be claimed, with a token
query OpenNeeds {
  needs(first: 5, orderBy: URGENCY, filter: { states: [OPEN] }) {
    totalCount
    nodes {
      title
      urgency
      area {
        name
      }
      candidates(first: 1) {
        nodes {
          score
          service {
            title
          }
        }
      }
    }
  }
}
`;

  // The editor's state lives as long as the tab, and never holds a token: the history would
  // otherwise keep the headers of every operation that was run.
  const memory = new Map();
  function backing() {
    try {
      return window.sessionStorage;
    } catch {
      return null; // storage is switched off in this browser
    }
  }
  function withoutHeaders(key, value) {
    if (key === "graphiql:headers") return null;
    if (!/^\s*[[{]/.test(value)) return value;
    try {
      return JSON.stringify(JSON.parse(value, (name, v) => (name === "headers" ? undefined : v)));
    } catch {
      return value.includes("Authorization") ? null : value; // query text, not JSON
    }
  }
  const storage = {
    getItem(key) {
      return backing()?.getItem(key) ?? memory.get(key) ?? null;
    },
    setItem(key, value) {
      const kept = withoutHeaders(key, String(value));
      if (kept === null) return this.removeItem(key);
      const store = backing();
      if (store) store.setItem(key, kept);
      else memory.set(key, kept);
    },
    removeItem(key) {
      backing()?.removeItem(key);
      memory.delete(key);
    },
    clear() {
      const store = backing();
      for (const key of Object.keys(store ?? {})) {
        if (key.startsWith("graphiql:")) store.removeItem(key);
      }
      memory.clear();
    },
    get length() {
      return Object.keys(backing() ?? {}).length + memory.size;
    },
  };

  // An Authorization header whose token is missing or still "..." is left out, so that what is
  // public can be read without a token.
  function realHeaders(headers) {
    return Object.fromEntries(
      Object.entries(headers ?? {}).filter(
        ([name, value]) =>
          name.toLowerCase() !== "authorization" || !/^\s*(bearer)?\s*(\.{3}|…)?\s*$/i.test(value),
      ),
    );
  }

  const subscriptionUrl = new URL("/graphql/ws", window.location.href);
  subscriptionUrl.protocol = subscriptionUrl.protocol === "https:" ? "wss:" : "ws:";

  // Queries and mutations go by POST; subscriptions by the graphql-transport-ws protocol, where
  // the headers (the token among them) are the payload of connection_init.
  const send = createGraphiQLFetcher({
    url: "/graphql",
    subscriptionUrl: subscriptionUrl.href,
    enableIncrementalDelivery: false,
  });
  const fetcher = (params, options) =>
    send(params, { ...options, headers: realHeaders(options?.headers) });

  createRoot(document.getElementById("graphiql")).render(
    createElement(GraphiQL, {
      fetcher,
      storage,
      defaultQuery: DEFAULT_QUERY,
      defaultHeaders: DEFAULT_HEADERS,
      defaultEditorToolsVisibility: "headers",
      shouldPersistHeaders: false,
    }),
  );
})();
