import { createClient } from 'graphql-sse';
import { same, sure } from './hub.mjs';

async function all(client, request) {
  const answers = [];
  for await (const answer of client.iterate(request)) answers.push(answer);
  return answers;
}

async function mode(hub, singleConnection) {
  const client = createClient({
    url: hub.sse, singleConnection, headers: () => hub.headers, retryAttempts: 100, retry: () => new Promise(r => setTimeout(r, 50)),
  });
  same((await all(client, { query: '{ __typename }' })).map(answer => answer.data), [{ __typename: 'Query' }], 'a query');
  const { title, variables } = hub.need();
  const [made] = await all(client, { query: hub.create, variables });
  same(made.data.createNeed.need.title, title, 'a mutation');
  const wrong = await all(client, { query: '{ nonsense }' });
  same(wrong[0].errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED', 'an error');

  const streams = [client.iterate(hub.follow), client.iterate(hub.follow)];
  await hub.addUntil(Promise.all(streams.map(async stream => sure((await stream.next()).value.data.needChanged.need.title, 'a subscription tells'))));
  await hub.stop();
  await hub.serve();
  await hub.addUntil(Promise.all(streams.map(async stream => sure((await stream.next()).value.data.needChanged.need.title, 'and goes on after a restart'))));
  for (const stream of streams) await stream.return();
  client.dispose();
}

export async function events(hub) {
  await mode(hub, false);
  await mode(hub, true);
  const { secret, id } = await hub.token();
  const client = createClient({ url: hub.sse, headers: { Authorization: `Bearer ${secret}` } });
  const stream = client.iterate(hub.follow);
  await hub.addUntil(stream.next());
  await hub.command('token', 'revoke', id);
  let last;
  for await (const answer of stream) last = answer;
  same(last.errors[0].extensions.code, 'UNAUTHENTICATED', 'a revoked token');
  client.dispose();
  return 'query, mutation, error, subscriptions, and on again after a restart: distinct and single connections; ended where a token is revoked';
}
