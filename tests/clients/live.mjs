// Asks a running hub, the real program, with the clients that frontend teams use:
//
//   graphql-http   its audit of GraphQL over HTTP, every point of it
//   graphql-ws     operations over WebSocket; every close code of the protocol, by a bare socket
//   graphql-sse    operations over server-sent events, in both modes
//   Apollo Client  over HTTP, WebSocket, persisted queries and trusted documents
//   urql           over HTTP, WebSocket and server-sent events
//   Chromium       the query page, under its policy (CHROMIUM names another one than that on the path)
//
// tests/run calls it after check.mjs; by hand:
//
//   node live.mjs PROGRAM FOLDER     PROGRAM is gongjian; FOLDER is the one that check.mjs wrote to

import { join, resolve } from 'node:path';
import { Hub } from './live/hub.mjs';
import { apollo, apolloTrusted } from './live/apollo.mjs';
import { audit } from './live/audit.mjs';
import { closeCodes, socket } from './live/socket.mjs';
import { events } from './live/events.mjs';
import { graphiql } from './live/graphiql.mjs';
import { urql } from './live/urql.mjs';

const [program, folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node live.mjs PROGRAM FOLDER');
const manifest = resolve(folder, 'codegen/persisted-documents.json');

const checks = {
  'graphql-http': audit,
  'graphql-ws': socket,
  'close codes': closeCodes,
  'graphql-sse': events,
  'Apollo Client': apollo,
  urql,
  Chromium: graphiql,
};
const trusting = { 'trusted documents': hub => apolloTrusted(hub, manifest) };

/** Runs checks one after the other against a hub of their own. */
async function run(checks, name, settings) {
  const hub = await Hub.start(resolve(program), join(folder, name), settings);
  try {
    for (const [name, check] of Object.entries(checks)) {
      try {
        console.log(`${name}: ${await within(60, check(hub))}`);
      } catch (error) {
        console.error(`${name}: FAILED: ${error.stack ?? JSON.stringify(error)}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await hub.stop();
  }
}

function within(seconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} seconds`)), seconds * 1000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

await run(checks, 'open.db', { GONGJIAN_HTTP__HEARTBEAT_SECONDS: '1', GONGJIAN_HTTP__INIT_SECONDS: '1' });
await run(trusting, 'trusted.db', { GONGJIAN_DOCUMENTS__FILE: manifest, GONGJIAN_DOCUMENTS__ONLY: 'true' });
// A client that does not let go would keep this process for ever.
process.exit();
