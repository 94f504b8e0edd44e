import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import { WebSocket } from 'ws';
import { same, sure } from './hub.mjs';

const sha256 = text => createHash('sha256').update(text).digest('hex');

/** A client as Apollo's manual builds it, and what went over HTTP. */
function client(hub, persisted) {
  const sent = [];
  const watched = (url, options) => {
    sent.push({ method: options.method, body: options.body && JSON.parse(options.body) });
    return fetch(url, options);
  };
  const sockets = createClient({ url: hub.ws, webSocketImpl: WebSocket, connectionParams: () => hub.headers, retryWait: () => new Promise(r => setTimeout(r, 50)), retryAttempts: 100, shouldRetry: () => true });
  const http = new HttpLink({ uri: hub.http, headers: hub.headers, fetch: watched });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    persisted ? persisted.concat(http) : http);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return { client, sent, stop: () => { client.stop(); return sockets.dispose(); } };
}

/** The first answer of a subscription, and then the next at each call. */
function listening(observable) {
  const heard = [];
  const waiting = [];
  const subscription = observable.subscribe({
    next: answer => (waiting.length ? waiting.shift()(answer) : heard.push(answer)),
    error: error => waiting.forEach(tell => tell({ error })),
  });
  return {
    next: () => new Promise(resolve => (heard.length ? resolve(heard.shift()) : waiting.push(resolve))),
    end: () => subscription.unsubscribe(),
  };
}

export async function apollo(hub) {
  const { client: plain, stop } = client(hub);
  const found = await plain.query({ query: gql`query Units { units(first: 1) { totalCount } }` });
  same(found.data.units.totalCount, 0, 'a query');
  const { title, variables } = hub.need();
  const made = await plain.mutate({ mutation: gql(hub.create), variables });
  same(made.data.createNeed.need.title, title, 'a mutation');
  const wrong = await plain.query({ query: gql`{ nonsense }` }).catch(error => error);
  same(wrong.errors?.[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED', 'an error');
  const stream = listening(plain.subscribe({ query: gql(hub.follow.query), variables: hub.follow.variables }));
  sure((await hub.addUntil(stream.next())).data.needChanged.need.title, 'a subscription tells');
  await hub.stop();
  await hub.serve();
  sure((await hub.addUntil(stream.next())).data.needChanged.need.title, 'and goes on after a restart');
  stream.end();
  await stop();

  const automatic = client(hub, new PersistedQueryLink({ sha256, useGETForHashedQueries: true }));
  for (const fetchPolicy of ['network-only', 'network-only']) {
    const found = await automatic.client.query({ query: gql`query Persisted { services(first: 1) { totalCount } }`, fetchPolicy });
    same(found.data.services.totalCount, 0, 'a persisted query');
  }
  same(automatic.sent.map(({ method, body }) => `${method}${body?.query ? ' query' : ''}`), ['GET', 'POST query', 'GET'], 'what was sent');
  await automatic.stop();
  return 'query, mutation, error, subscription, and on again after a restart; automatic persisted queries by GET';
}

/** A client that names the documents of the manifest that graphql-codegen wrote. */
export async function apolloTrusted(hub, manifest) {
  const documents = Object.entries(JSON.parse(readFileSync(manifest, 'utf8')));
  const [id, text] = documents.find(([, text]) => text.startsWith('query') && !/\$\w+: \w+!/.test(text));
  const headers = { 'Content-Type': 'application/json', ...hub.headers };
  const ask = async body => (await fetch(hub.http, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  const named = await ask({ documentId: id });
  sure(named.data && !named.errors, `a trusted document by its id: ${JSON.stringify(named)}`);
  const link = new PersistedQueryLink({ generateHash: () => id.replace('sha256:', '') });
  const trusting = client(hub, link);
  const found = await trusting.client.query({ query: gql(text) });
  sure(found.data && !found.error, 'by Apollo Client');
  sure(!trusting.sent[0].body.query, 'the document was not sent');
  await trusting.stop();
  const other = client(hub);
  const refused = await other.client.query({ query: gql`{ services(first: 1) { totalCount } }` }).catch(error => error);
  same(refused.errors?.[0].extensions.code, 'DOCUMENT_NOT_TRUSTED', 'any other document');
  await other.stop();
  return `${documents.length} documents of the client preset load as they are; nothing else runs`;
}
