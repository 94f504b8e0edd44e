// Runs the hub's own subgraph, unchanged, in other people's gateways, beside a partner's:
//
//   @apollo/gateway         composes the two and answers over them
//   @graphql-hive/gateway   (its runtime) answers over what @theguild/federation-composition composes
//
//   node gateways.mjs PROGRAM FOLDER     PROGRAM is gongjian; FOLDER is where its database goes
//
// The partner is the starter of examples/partner/javascript.

import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApolloGateway, LocalCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { Hub, same, sure } from '../clients/live/hub.mjs';

const [program, folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node gateways.mjs PROGRAM FOLDER');

const QUERY = 'query Page($id: ID!) { unit(id: $id) { name checkIns { area { name } } school_courses { title seatsLeft } } school_hello }';

const hub = await Hub.start(resolve(program), join(folder, 'gateways.db'), {});
const unit = await register();
const partner = await start(
  [process.execPath, fileURLToPath(new URL('../../examples/partner/javascript/server.mjs', import.meta.url))],
  { PORT: '0', UNIT: unit, HUB: `http://${hub.listen}` },
);
const services = [
  { name: 'hub', url: hub.http, typeDefs: parse(await sdl(hub.http)) },
  { name: 'school', url: partner.url, typeDefs: parse(await sdl(partner.url)) },
];
const wanted = {
  unit: {
    name: '铁路学校', checkIns: [{ area: { name: '朝阳街街道' } }],
    school_courses: [{ title: '书法入门 Calligraphy', seatsLeft: 12 }, { title: '智能手机 Smartphones', seatsLeft: 3 }],
  },
  school_hello: '铁路学校 Railway School: nobody',
};

try {
  console.log(`@apollo/gateway: ${await apollo()}`);
  console.log(`@graphql-hive/gateway: ${await hive()}`);
} catch (error) {
  console.error(`FAILED: ${error.stack ?? error}`);
  process.exitCode = 1;
} finally {
  partner.stop();
  await hub.stop();
}
process.exit();

/** Composes with Apollo's own composition, and asks in this process. */
async function apollo() {
  const gateway = new ApolloGateway({
    supergraphSdl: new LocalCompose({ localServiceList: services }),
    buildService: ({ url }) => new RemoteGraphQLDataSource({ url }),
    logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  });
  const { schema, executor } = await gateway.load();
  sure(schema.getType('PartnerUnit').getFields().school_courses, 'the partner\'s field is there');
  const answer = await executor({
    request: { query: QUERY, variables: { id: unit }, http: { headers: new Map() } },
    document: parse(QUERY), operationName: 'Page', queryHash: 'page', context: {}, cache: new Map(),
    overallCachePolicy: {}, schema, metrics: {}, logger: console, source: QUERY, operation: parse(QUERY).definitions[0],
  });
  sure(!answer.errors, JSON.stringify(answer.errors));
  same(JSON.parse(JSON.stringify(answer.data)), wanted, 'what the page shows');
  await gateway.stop();
  return 'composed, and answered over both';
}

/** Composes with the Guild's composition, and asks its gateway in this process. */
async function hive() {
  const composed = composeServices(services);
  sure(!composed.errors?.length, JSON.stringify(composed.errors?.map(error => error.message)));
  const gateway = createGatewayRuntime({ supergraph: composed.supergraphSdl, logging: false, maskedErrors: false });
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': 'en' };
  const body = JSON.stringify({ query: QUERY, variables: { id: unit } });
  const answer = await (await gateway.fetch('http://gateway.invalid/graphql', { method: 'POST', headers, body })).json();
  sure(!answer.errors, JSON.stringify(answer.errors));
  same(answer.data, wanted, 'what the page shows');
  await gateway[Symbol.asyncDispose]();
  return 'answered over both';
}

/** A unit at the hub, whose page is asked for. */
async function register() {
  const mutation = 'mutation ($input: RegisterUnitInput!) { registerUnit(input: $input) { unit { id } errors { message } } }';
  const facts = { kind: 'PUBLIC_INSTITUTION', name: '铁路学校' };
  const input = { streetId: hub.street, areaIds: [hub.street], checkedInOn: '2026-01-05', facts };
  const { registerUnit: { unit, errors } } = await hub.ask(mutation, { input });
  same(errors, [], 'registering');
  return unit.id;
}

async function sdl(url) {
  return (await ask(url, '{ _service { sdl } }')).data._service.sdl;
}

async function ask(url, query, variables) {
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': 'en' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })).json();
}

/** Starts a server, and waits until it says where it is. */
async function start([command, ...args], env) {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((found, reject) => {
    child.once('exit', code => reject(new Error(`${command} ended with ${code}`)));
    child.stdout.on('data', data => found(String(data).trim()));
    setTimeout(() => reject(new Error(`${command} is not up after a minute`)), 60_000).unref();
  });
  return { url, stop: () => child.kill() };
}
