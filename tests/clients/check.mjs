// Holds schema/hub.graphql against the tools that frontend teams use, without a browser and without a hub:
//
//   graphql-js          the schema is a valid one
//   GraphQL Inspector   examples/queries fit it; nothing that the last release promised is broken
//   graphql-codegen     the client preset writes typed documents that TypeScript accepts, and a manifest of
//                       trusted documents with sha256: keys
//   relay-compiler      every connection can be paged, every Node refetched, and relay/*.ts compiles
//
// The libraries behind the tools are called, not their command lines: the same checks, an eighth of the packages.
// tests/run calls it after `npm ci`; by hand:
//
//   node check.mjs FOLDER [RELEASED_SCHEMA]     FOLDER is an empty one, for what the tools write
//
// package.json overrides one package, whose newest version asks for a Node.js that Debian does not have yet.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { CriticalityLevel, DiffRule, diff, validate } from '@graphql-inspector/core';
import { Source, buildSchema, isInterfaceType, isNonNullType, isObjectType, parse, validateSchema } from 'graphql';
import relay from 'relay-compiler';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = resolve(here, '../..');
const [out, released] = process.argv.slice(2);
if (!out) throw new Error('usage: node check.mjs FOLDER [RELEASED_SCHEMA]');

const sdl = readFileSync(join(root, 'schema/hub.graphql'), 'utf8');
const schema = buildSchema(sdl);

/** Fails with every line of what is wrong, unless there is none. */
function none(wrong, what) {
  if (wrong.length > 0) throw new Error(`${what}:\n  ${wrong.join('\n  ')}`);
}

function examples() {
  const folder = join(root, 'examples/queries');
  const files = readdirSync(folder).filter(name => name.endsWith('.graphql')).sort();
  none(files.length ? [] : [folder], 'no *.graphql to check in');
  return files.map(name => new Source(readFileSync(join(folder, name), 'utf8'), `examples/queries/${name}`));
}

function checkSchema() {
  none(validateSchema(schema).map(error => error.message), 'the schema is not valid');
  return `${Object.keys(schema.getTypeMap()).length} types`;
}

function checkExamples() {
  const found = validate(schema, examples());
  none(
    found.flatMap(({ source, errors, deprecated }) =>
      [...errors, ...deprecated].map(error => `${source.name}: ${error.message}`)),
    'examples that do not fit the schema');
  return `${examples().length} files`;
}

/** Breaking changes; what was already deprecated at the release may go. */
async function breaking(before, after) {
  const changes = await diff(before, after, [DiffRule.suppressRemovalOfDeprecatedField]);
  return changes.filter(change => change.criticality.level === CriticalityLevel.Breaking);
}

async function checkPromises() {
  // The check itself is checked first: a query that went missing has to be noticed.
  const [field] = Object.keys(schema.getQueryType().getFields());
  const without = buildSchema(sdl);
  delete without.getQueryType().getFields()[field];
  none((await breaking(schema, without)).length ? [] : [`Query.${field}`], 'a removed field went unnoticed');
  if (!released) return 'no release to compare with yet';
  const changes = await breaking(buildSchema(readFileSync(released, 'utf8')), schema);
  none(changes.map(change => `${change.path}: ${change.message}`), 'breaks what the last release promised');
  return 'nothing of the last release is broken';
}

async function checkCodegen() {
  const folder = join(out, 'codegen/');
  const documents = examples().map(source => ({
    location: join(root, source.name), document: parse(source), rawSDL: source.body,
  }));
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: folder, schema: parse(sdl), schemaAst: schema, documents,
    plugins: [], pluginMap: {}, pluginContext: {},
    config: { useTypeImports: true, defaultScalarType: 'string' },
    presetConfig: { persistedDocuments: true },
  });
  mkdirSync(folder, { recursive: true });
  // All at once: the manifest is written out of what the documents' own section has found.
  const written = await Promise.all(sections.map(async section => [section.filename, await codegen(section)]));
  for (const [name, content] of written) writeFileSync(name, content);

  const manifest = JSON.parse(readFileSync(join(folder, 'persisted-documents.json'), 'utf8'));
  const keys = Object.keys(manifest);
  none(keys.filter(key => !/^sha256:[0-9a-f]{64}$/.test(key)), 'keys of the manifest that are not sha256');
  const operations = documents.flatMap(({ document }) => document.definitions)
    .filter(({ kind }) => kind === 'OperationDefinition').length;
  none(keys.length === operations ? [] : [`${keys.length} of ${operations}`], 'operations in the manifest');

  symlinkSync(join(here, 'node_modules'), join(out, 'node_modules'));
  const tsc = join(here, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  run(process.execPath, [tsc, ...options, join(folder, 'index.ts')], out);
  return `${operations} operations typed, and in the manifest`;
}

/** One document for every connection and every Node of the schema, in the way that Relay's hooks want them. */
function relayDocuments(module) {
  const documents = [];
  const types = Object.values(schema.getTypeMap()).filter(type => isObjectType(type) && !type.name.startsWith('__'));
  const isNode = type => type.getInterfaces?.().some(each => isInterfaceType(each) && each.name === 'Node');
  for (const type of types) {
    const refetch = name => (isNode(type) || type === schema.getQueryType() ? `@refetchable(queryName: "${name}")` : '');
    if (isNode(type)) {
      documents.push(`fragment ${module}_${type.name} on ${type.name} ${refetch(`${module}${type.name}Query`)} { id __typename }`);
    }
    for (const field of Object.values(type.getFields())) {
      const args = Object.fromEntries(field.args.map(arg => [arg.name, arg]));
      if (!/Connection!?$/.test(String(field.type)) || !args.first || !args.after) continue;
      const name = `${type.name}_${field.name}`;
      const needed = field.args.filter(arg => isNonNullType(arg.type) && arg.defaultValue === undefined);
      const variables = needed.map(arg => `${arg.name}: { type: "${arg.type}" }`).join(' ');
      const given = needed.map(arg => `, ${arg.name}: $${arg.name}`).join('');
      documents.push(`
        fragment ${module}_${name} on ${type.name} ${refetch(`${module}${name}Query`)} @argumentDefinitions(
          count: { type: "${args.first.type}", defaultValue: 20 } cursor: { type: "${args.after.type}" } ${variables}
        ) {
          ${field.name}(first: $count, after: $cursor${given}) @connection(key: "${name}_${field.name}") {
            edges { node { __typename } }
          }
        }`);
    }
  }
  none(documents.length ? [] : ['schema/hub.graphql'], 'no connection and no Node in');
  return documents;
}

function checkRelay() {
  const folder = join(out, 'relay');
  cpSync(join(here, 'relay'), folder, { recursive: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  mkdirSync(join(folder, 'artifacts'));
  writeFileSync(join(folder, 'hub.graphql'), sdl);
  const documents = relayDocuments('everything');
  const tagged = documents.map(document => `graphql\`${document}\`;`).join('\n');
  writeFileSync(join(folder, 'src/everything.ts'), `import { graphql } from 'react-relay';\n${tagged}\n`);
  run(relay, ['--noWatchman', '--output', 'quiet-with-errors'], folder);
  const artifacts = readdirSync(join(folder, 'artifacts')).length;
  none(artifacts >= documents.length ? [] : [`${artifacts} for ${documents.length} documents`], 'too few artifacts');
  return `${documents.length} connections and Nodes`;
}

function run(program, args, cwd) {
  try {
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error([error.message, error.stdout, error.stderr].filter(Boolean).join('\n'));
  }
}

const checks = { schema: checkSchema, examples: checkExamples, promises: checkPromises, codegen: checkCodegen, relay: checkRelay };
for (const [name, check] of Object.entries(checks)) {
  try {
    console.log(`${name}: ${await check()}`);
  } catch (error) {
    console.error(`${name}: FAILED: ${error.message}`);
    process.exitCode = 1;
  }
}
