import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { WebSocket } from 'ws';
import { same, sure } from './hub.mjs';

/** A client whose subscriptions go by `sockets`, a client of graphql-ws or graphql-sse. */
function client(hub, sockets) {
  const forwardSubscription = request => ({
    subscribe: sink => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? '' }, sink) }),
  });
  return new Client({
    url: hub.http, fetchOptions: () => ({ headers: hub.headers }), preferGetMethod: false,
    exchanges: [subscriptionExchange({ forwardSubscription }), fetchExchange],
  });
}

function listening(source) {
  const heard = [];
  const waiting = [];
  const subscription = source.subscribe(answer => (waiting.length ? waiting.shift()(answer) : heard.push(answer)));
  return {
    next: () => new Promise(resolve => (heard.length ? resolve(heard.shift()) : waiting.push(resolve))),
    end: () => subscription.unsubscribe(),
  };
}

export async function urql(hub) {
  const retry = () => new Promise(resolve => setTimeout(resolve, 50));
  const ways = [
    createWs({ url: hub.ws, webSocketImpl: WebSocket, connectionParams: () => hub.headers, retryWait: retry, retryAttempts: 100, shouldRetry: () => true }),
    createSse({ url: hub.sse, headers: () => hub.headers, retryAttempts: 100, retry }),
  ];
  for (const way of ways) {
    const own = client(hub, way);
    const found = await own.query('query Units { units(first: 1) { totalCount } }', {}).toPromise();
    same(found.data?.units.totalCount, 0, 'a query');
    const { title, variables } = hub.need();
    const made = await own.mutation(hub.create, variables).toPromise();
    same(made.data?.createNeed.need.title, title, 'a mutation');
    const wrong = await own.query('{ nonsense }', {}).toPromise();
    same(wrong.error?.graphQLErrors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED', 'an error');
    const stream = listening(own.subscription(hub.follow.query, hub.follow.variables));
    sure((await hub.addUntil(stream.next())).data.needChanged.need.title, 'a subscription tells');
    await hub.stop();
    await hub.serve();
    sure((await hub.addUntil(stream.next())).data.needChanged.need.title, 'and goes on after a restart');
    stream.end();
    await way.dispose();
  }
  return 'query, mutation, error, subscription, and on again after a restart: by WebSocket and by server-sent events';
}
