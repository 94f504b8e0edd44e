import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { same, sure } from './hub.mjs';

/** All that an operation answers. */
async function all(client, request) {
  const answers = [];
  for await (const answer of client.iterate(request)) answers.push(answer);
  return answers;
}

export async function socket(hub) {
  const closed = [];
  let connected = 0;
  const client = createClient({
    url: hub.ws, webSocketImpl: WebSocket, connectionParams: () => hub.headers, retryWait: () => new Promise(r => setTimeout(r, 50)),
    retryAttempts: 100, shouldRetry: () => true, on: { closed: event => closed.push(event.code), connected: () => (connected += 1) },
  });
  same((await all(client, { query: '{ __typename }' })).map(answer => answer.data), [{ __typename: 'Query' }], 'a query');
  const { title, variables } = hub.need();
  const [made] = await all(client, { query: hub.create, variables });
  same(made.data.createNeed.need.title, title, 'a mutation');
  const wrong = await all(client, { query: '{ nonsense }' }).catch(errors => errors);
  same(wrong[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED', 'an error');

  const stream = client.iterate(hub.follow);
  const first = await hub.addUntil(stream.next());
  sure(first.value.data.needChanged.need.title, 'a subscription tells');
  same([...new Set(closed)], [1000], 'what the client closed');
  // The hub goes and comes back; the client finds it again, and the subscription goes on.
  await hub.stop();
  sure(closed.includes(1001), `the hub says goodbye: ${closed}`);
  await hub.serve();
  const before = connected;
  const again = await hub.addUntil(stream.next());
  sure(again.value.data.needChanged.need.title, 'a subscription goes on after a restart');
  sure(connected >= before, 'it has connected again');
  await stream.return();
  await client.dispose();
  return 'query, mutation, error, subscription, and on again after a restart';
}

/** A bare socket that says something once it is open, and tells how it was closed. */
function closing(hub, { protocol = 'graphql-transport-ws', say = [], origin, pong = true, max = 1 } = {}) {
  return new Promise((resolve, reject) => {
    const options = origin ? { origin } : {};
    const socket = protocol ? new WebSocket(hub.ws, protocol, options) : new WebSocket(hub.ws, options);
    socket.on('open', () => { for (let i = 0; i < max; i += 1) say.forEach(message => socket.send(typeof message === 'string' ? message : JSON.stringify(message))); });
    socket.on('message', data => {
      if (pong && JSON.parse(data).type === 'ping') socket.send('{"type":"pong"}');
    });
    socket.on('close', code => resolve(code));
    socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode));
    socket.on('error', reject);
  });
}

export async function closeCodes(hub) {
  const init = { type: 'connection_init' };
  const { secret, id } = await hub.token();
  const signed = { type: 'connection_init', payload: { Authorization: `Bearer ${secret}` } };
  const follow = { type: 'subscribe', id: '1', payload: hub.follow };
  const ask = { type: 'subscribe', id: '1', payload: { query: '{ __typename }' } };
  const codes = {
    4400: closing(hub, { say: ['no JSON'] }),
    4401: closing(hub, { say: [ask] }),
    4403: closing(hub, { say: [{ ...init, payload: { Authorization: 'Bearer gjh_no' } }] }),
    4406: closing(hub, { protocol: null }),
    4408: closing(hub),
    4409: closing(hub, { say: [signed, follow, follow] }),
    4429: closing(hub, { say: [init, init] }),
    1001: closing(hub, { say: [signed, follow], pong: false }),
    1008: closing(hub, { say: [init, ...Array(200).fill({ type: 'ping' })] }),
    1009: closing(hub, { say: ['x'.repeat(70_000)] }),
    403: closing(hub, { origin: 'https://evil.example' }),
  };
  for (const [code, closed] of Object.entries(codes)) same(await closed, Number(code), 'closed by');
  const revoked = closing(hub, { say: [signed, follow] });
  await hub.command('token', 'revoke', id);
  same(await revoked, 4403, 'a revoked token');
  return `${Object.keys(codes).join(' ')}, and 4403 where a token is revoked`;
}
