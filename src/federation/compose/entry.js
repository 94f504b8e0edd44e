// What the hub runs in its own small JavaScript engine: subgraphs in, one supergraph or the errors out, as JSON.
// tests/clients/compose.mjs bundles this with what it imports into compose.js.
import "./shim.js";
import { composeServices, transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { parse, print } from "graphql";

const MOST = 20;
const told = (error) => ({
  code: String(error?.extensions?.code ?? "COMPOSITION_FAILED"),
  message: String(error?.message ?? error).slice(0, 600),
});

globalThis.compose = (input) => {
  try {
    const services = JSON.parse(input).map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl, { noLocation: true }) }));
    const { errors, supergraphSdl } = composeServices(services);
    if (errors?.length || !supergraphSdl) {
      return JSON.stringify({ errors: (errors ?? ["no supergraph"]).slice(0, MOST).map(told) });
    }
    const api = transformSupergraphToPublicSchema(parse(supergraphSdl, { noLocation: true }));
    return JSON.stringify({ sdl: supergraphSdl, api: print(api) });
  } catch (error) {
    return JSON.stringify({ errors: [told(error)] });
  }
};
