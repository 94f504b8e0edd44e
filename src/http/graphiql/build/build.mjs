// Builds graphiql.js, graphiql.css and LICENSES.txt into the folder given as the argument.
// Run as ../README.md says, in a copy of this folder with its packages installed.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT_DIR");
mkdirSync(out, { recursive: true });

// What graphql's instanceOf is in production: without its help for two copies of the package.
const instanceOfForProduction = {
  name: "instance-of-for-production",
  setup({ onLoad }) {
    onLoad({ filter: /graphql\/jsutils\/instanceOf\.m?js$/ }, () => ({
      contents: "export const instanceOf = (value, constructor) => value instanceof constructor;",
    }));
  },
};

// The script: one file, no dynamic imports left, nothing that needs eval.
const { metafile } = await build({
  entryPoints: ["entry.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "GraphiQLBundle",
  platform: "browser",
  target: "es2020",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: { "react-style-singleton": "./style-singleton.js" },
  plugins: [instanceOfForProduction],
  legalComments: "none", // the notices are in LICENSES.txt
  metafile: true,
  outfile: join(out, "graphiql.js"),
});

// The style sheet, without the embedded fonts: the system's fonts have Chinese too,
// and the page then needs no font-src.
const css = readFileSync("node_modules/graphiql/dist/style.css", "utf8").replace(
  /@font-face\s*\{[^}]*\}/g,
  "",
);
const minified = await transform(css, { loader: "css", minify: true, legalComments: "none" });
writeFileSync(join(out, "graphiql.css"), minified.code);

// The notices of every package that has a byte in the bundle.
const used = Object.entries(Object.values(metafile.outputs)[0].inputs)
  .filter(([, use]) => use.bytesInOutput > 0)
  .map(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  .filter(Boolean);
const packages = [...new Set(used)].map((dir) => {
  const { name, version, license, author } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  const files = readdirSync(dir).filter((f) => /^(licen[cs]e|copying|notice)/i.test(f)).sort();
  let text = files.map((f) => readFileSync(join(dir, f), "utf8").replace(/\r/g, "").trim()).join("\n\n");
  if (!files.length) {
    const by = author?.name ?? author ?? "its contributors";
    text = `No licence file is shipped; the package states: ${license}, by ${by}. The text of this licence stands under other packages here.`;
  }
  return { id: `${name} ${version}`, license, text };
});
packages.sort((a, b) => (a.id < b.id ? -1 : 1));

const rule = "=".repeat(72);
const lines = [
  "Third-party packages inside graphiql.js and graphiql.css, with version and licence.",
  "",
  ...packages.map((p) => `  ${p.id} - ${p.license}`),
];
const byText = new Map();
for (const p of packages) byText.set(p.text, [...(byText.get(p.text) ?? []), p]);
for (const [text, list] of byText) {
  lines.push("", rule, ...list.map((p) => p.id), rule, "");
  lines.push(text);
}
writeFileSync(join(out, "LICENSES.txt"), lines.map((l) => l.replace(/[ \t]+$/gm, "")).join("\n") + "\n");
for (const p of packages) if (p.license !== "MIT") console.log("not MIT:", p.id, p.license);
