// Bundles src/federation/compose/entry.js with what it imports into src/federation/compose/compose.js, beside the licences
// of all that went into it. With --check nothing is written: what lies there has to be what comes out afresh.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(here, "../../src/federation/compose");
const check = process.argv.includes("--check");

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: [join(folder, "entry.js")],
  nodePaths: [join(here, "node_modules")],
  bundle: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  platform: "browser",
  target: "es2020",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  metafile: true,
  write: false,
});

const packages = new Map();
for (const input of Object.keys(metafile.inputs)) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(resolve(here, input));
  if (!found) continue;
  const { name, version, license, author } = JSON.parse(readFileSync(join(found[1], "package.json"), "utf8"));
  const file = readdirSync(found[1]).sort().find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(found[1], file), "utf8").replaceAll("\r\n", "\n") : `Copyright ${author?.name ?? author ?? name}`;
  packages.set(name, `${name} ${version} (${license})\n\n${text.trim()}\n`);
}
const licences = [...packages.keys()].sort().map((name) => packages.get(name)).join(`\n${"-".repeat(80)}\n\n`);

const wanted = {
  "compose.js": `// Made by tests/clients/compose.mjs from entry.js; the licences are in compose.licences.txt.\n${outputFiles[0].text}`,
  "compose.licences.txt": licences,
};
for (const [name, text] of Object.entries(wanted)) {
  const file = join(folder, name);
  if (!check) {
    writeFileSync(file, text);
    console.log(`${relative(process.cwd(), file)}: ${text.length} characters`);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${file} is not what comes out afresh: node tests/clients/compose.mjs`);
    process.exitCode = 1;
  } else {
    console.log(`${name} is what comes out afresh (${packages.size} packages)`);
  }
}
