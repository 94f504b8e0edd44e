// Measures what idle subscriptions and clients that do not read cost a hub, the real program:
//
//   node idle.mjs PROGRAM FOLDER [COUNT]     FOLDER is an empty one for its database; COUNT is 1,000 unless told
//
// Linux only: it reads the memory of the process from /proc. Raise `ulimit -n` above COUNT.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { WebSocket } from 'ws';
import { Hub } from './live/hub.mjs';

const [program, folder, count = '1000'] = process.argv.slice(2);
if (!folder) throw new Error('usage: node idle.mjs PROGRAM FOLDER [COUNT]');

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/** What the process holds in memory, in MiB. */
function memory(hub) {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${hub.process.pid}/status`, 'utf8'));
  return Number(kib) / 1024;
}

/** A socket on which so many subscriptions run. */
function socket(hub, subscriptions) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(hub.ws, 'graphql-transport-ws', { perMessageDeflate: false });
    const payload = { Authorization: hub.headers.Authorization };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.on('message', data => {
      const { type } = JSON.parse(data);
      if (type === 'ping') socket.send('{"type":"pong"}');
      if (type !== 'connection_ack') return;
      for (let id = 0; id < subscriptions; id += 1) socket.send(JSON.stringify({ type: 'subscribe', id: String(id), payload: hub.follow }));
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

/** A stream of events with one subscription. */
function stream(hub) {
  return new Promise((resolve, reject) => {
    const [host, port] = hub.listen.split(':');
    const body = JSON.stringify(hub.follow);
    const socket = connect(Number(port), host, () => socket.write(
      `POST /graphql/stream HTTP/1.1\r\nHost: ${hub.listen}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n` +
      `Authorization: ${hub.headers.Authorization}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`));
    socket.once('data', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function measure(what, open, number) {
  const hub = await Hub.start(resolve(program), join(folder, `${what.replaceAll(/\W+/g, '-')}.db`), {});
  await hub.ask(hub.create, hub.need().variables);
  const before = memory(hub);
  const opened = [];
  for (let at = 0; at < number; at += 1) opened.push(await open(hub));
  await pause(2_000);
  const after = memory(hub);
  console.log(`${what}: ${before.toFixed(1)} MiB before, ${after.toFixed(1)} MiB with them: ${(after - before).toFixed(1)} MiB`);
  for (const each of opened) each.terminate ? each.terminate() : each.destroy();
  await hub.stop();
}

/** Clients that ask for much by WebSocket and read nothing. */
async function stalled(hub) {
  const [host, port] = hub.listen.split(':');
  const socket = connect(Number(port), host);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => {});
  socket.write(`GET /graphql/ws HTTP/1.1\r\nHost: ${hub.listen}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  socket.pause();
  const frame = message => {
    const data = Buffer.from(JSON.stringify(message));
    const head = data.length < 126 ? Buffer.from([0x81, 0x80 | data.length]) : Buffer.from([0x81, 0xfe, data.length >> 8, data.length & 255]);
    return Buffer.concat([head, Buffer.alloc(4), data]);
  };
  socket.write(frame({ type: 'connection_init' }));
  const query = '{ __schema { types { name description fields { name description args { name description } } } } }';
  for (let id = 0; id < 50; id += 1) socket.write(frame({ type: 'subscribe', id: String(id), payload: { query } }));
  return socket;
}

const number = Number(count);
await measure(`${number} sockets, a subscription each`, hub => socket(hub, 1), number);
await measure(`${number} subscriptions on ${number / 50} sockets`, hub => socket(hub, 50), number / 50);
await measure(`${number} streams of events, a subscription each`, stream, number);
await measure('20 sockets that ask for 50 introspections each and read nothing', stalled, 20);
process.exit();
