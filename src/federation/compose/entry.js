// What the hub runs in its own small JavaScript engine: subgraphs in, one supergraph or the errors out, as JSON.
// tests/clients/compose.mjs bundles this with what it imports into compose.js.
import "./shim.js";
import { composeServices, transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { Kind, parse, print } from "graphql";

const MOST = 20;
const told = (error) => ({
  code: String(error?.extensions?.code ?? "COMPOSITION_FAILED"),
  message: String(error?.message ?? error).slice(0, 600),
});

// Definitions of the specification's own that some tools print: composing brings its own.
const PRINTED = /^(_?FieldSet|federation__.*|link__.*)$/;
const DIRECTIVES =
  /^(key|external|requires|provides|shareable|inaccessible|tag|override|extends|composeDirective|interfaceObject|link|(federation|link)__.*)$/;
const isPrinted = ({ kind, name }) =>
  kind === Kind.DIRECTIVE_DEFINITION
    ? DIRECTIVES.test(name.value)
    : (kind === Kind.SCALAR_TYPE_DEFINITION || kind === Kind.ENUM_TYPE_DEFINITION) && PRINTED.test(name.value);

// What the first subgraph, the hub, has of types and their fields, by name.
const known = ({ definitions }) => {
  const types = new Map();
  for (const { name, fields } of definitions) {
    if (!name) continue;
    const names = types.get(name.value) ?? types.set(name.value, new Set()).get(name.value);
    fields?.forEach((field) => names.add(field.name.value));
  }
  return types;
};

// The same document without words about what is the hub's: the hub's own shall stand.
const silent = (document, hub) => ({
  ...document,
  definitions: document.definitions
    .filter((definition) => !isPrinted(definition))
    .map((definition) => {
      const names = hub.get(definition.name?.value);
      if (!names) return definition;
      const fields = definition.fields?.map((field) =>
        names.has(field.name.value) ? { ...field, description: undefined } : field,
      );
      return { ...definition, description: undefined, ...(fields && { fields }) };
    }),
});

globalThis.compose = (input) => {
  try {
    const [hub, ...others] = JSON.parse(input).map(({ name, url, sdl }) => ({
      name,
      url,
      typeDefs: parse(sdl, { noLocation: true }),
    }));
    const own = known(hub.typeDefs);
    const services = [hub, ...others.map((other) => ({ ...other, typeDefs: silent(other.typeDefs, own) }))];
    const { errors, supergraphSdl } = composeServices(services);
    if (errors?.length || !supergraphSdl) {
      return JSON.stringify({ errors: (errors ?? ["no supergraph"]).slice(0, MOST).map(told) });
    }
    const api = transformSupergraphToPublicSchema(parse(supergraphSdl, { noLocation: true }));
    return JSON.stringify({ sdl: supergraphSdl, api: print(api) });
  } catch (error) {
    // Out of memory, which throws null where there is none left for an error, or called too deep: not for this script to mend.
    if (!error || error.name === "InternalError") throw error;
    return JSON.stringify({ errors: [told(error)] });
  }
};
