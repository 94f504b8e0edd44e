// What the libraries expect of a browser or of node, as far as composing needs it: the engine brings the language alone.
const silent = () => {};
globalThis.console = { log: silent, info: silent, warn: silent, error: silent, debug: silent };
globalThis.process = { env: {} };
globalThis.URL = class {
  constructor(text) {
    const parts = /^([a-z][a-z0-9+.-]*:)\/\/([^/?#]+)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(String(text));
    if (!parts) throw new TypeError("Invalid URL");
    this.protocol = parts[1].toLowerCase();
    this.host = parts[2].toLowerCase();
    this.pathname = parts[3] || "/";
    this.search = parts[4] ?? "";
    this.hash = parts[5] ?? "";
    this.origin = `${this.protocol}//${this.host}`;
    this.href = `${this.origin}${this.pathname}${this.search}${this.hash}`;
  }
  toString() {
    return this.href;
  }
};
