// A hub as a process of its own, with one street in it.

import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const areas = fileURLToPath(new URL('../../../src/cli/demo/areas', import.meta.url));
const exec = promisify(execFile);

export class Hub {
  static async start(program, database, settings) {
    const hub = new Hub();
    Object.assign(hub, { program, settings, url: `sqlite:${database}`, listen: '127.0.0.1:0', made: 0 });
    await hub.command('import', 'areas', areas);
    await hub.serve();
    const { secret } = await hub.token();
    hub.secret = secret;
    if (settings.GONGJIAN_DOCUMENTS__ONLY !== 'true') await hub.furnish();
    return hub;
  }

  /** Makes what needs can be added to. */
  async furnish() {
    const found = await this.ask('{ areas(first: 1, filter: { code: "430102002" }) { nodes { id } } categories(first: 1) { nodes { id } } }');
    this.street = found.areas.nodes[0].id;
    this.category = found.categories.nodes[0].id;
    const input = { parentId: this.street, kind: 'COMMUNITY', name: '朝阳社区' };
    const added = await this.ask('mutation ($input: AddAreaInput!) { addArea(input: $input) { area { id } } }', { input });
    this.community = added.addArea.area.id;
  }

  /** Runs a command of the hub beside its server. */
  async command(...args) {
    const { stdout, stderr } = await exec(this.program, ['--lang', 'en', '--database-url', this.url, ...args], { env: this.env() });
    return { stdout, stderr };
  }

  env() {
    return { PATH: process.env.PATH, ...this.settings, GONGJIAN_LOG__FILTER: 'warn' };
  }

  /** A token of the street's coordinator: its secret and its id. */
  async token() {
    const made = await this.command('token', 'create', '--name', 'test', '--role', 'coordinator', '--area', '430102002');
    return { secret: made.stdout.trim(), id: made.stderr.split(':')[0].trim() };
  }

  async serve() {
    const args = ['--lang', 'en', '--database-url', this.url, 'serve', '--listen', this.listen];
    this.process = spawn(this.program, args, { env: this.env(), stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise(resolve => this.process.once('exit', resolve));
    this.listen = await new Promise((resolve, reject) => {
      let told = '';
      this.process.stdout.on('data', data => {
        told += data;
        const found = /http:\/\/([^/]+)\/graphql/.exec(told);
        if (found) resolve(found[1]);
      });
      this.ended.then(code => reject(new Error(`the hub ended with ${code}`)));
    });
    this.http = `http://${this.listen}/graphql`;
    this.ws = `ws://${this.listen}/graphql/ws`;
    this.sse = `http://${this.listen}/graphql/stream`;
  }

  /** Stops the server; `serve` starts it again at the same address. */
  async stop() {
    this.process.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`the hub ended with ${code}`);
  }

  get headers() {
    return { Authorization: `Bearer ${this.secret}` };
  }

  async ask(query, variables) {
    const headers = { 'Content-Type': 'application/json', ...this.headers };
    const answer = await fetch(this.http, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Subscribes to the street's needs. */
  get follow() {
    return { query: `subscription Follow($area: ID!) { needChanged(areaId: $area) { need { title } } }`, variables: { area: this.street } };
  }

  get create() {
    return 'mutation Create($input: CreateNeedInput!) { createNeed(input: $input) { need { title } errors { code } } }';
  }

  /** Variables for a need with a new title. */
  need() {
    const title = `反诈讲座${(this.made += 1)}`;
    const facts = {
      categoryId: this.category, title, measure: 'SESSIONS', quantity: 1, source: 'VISIT', urgency: 'NORMAL',
      targetGroups: ['EVERYONE'], startsAt: new Date(Date.now() + 864e5).toISOString(), endsAt: new Date(Date.now() + 864e6).toISOString(),
    };
    return { title, variables: { input: { areaId: this.community, facts } } };
  }

  /** Adds needs until one is heard of: a subscription says nothing when it begins. */
  async addUntil(heard) {
    let done = false;
    heard = heard.finally(() => { done = true; });
    while (!done) {
      await this.ask(this.create, this.need().variables);
      await Promise.race([heard, new Promise(resolve => setTimeout(resolve, 100))]);
    }
    return heard;
  }
}

/** Fails with what was found, unless it is what was wanted. */
export function same(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}

/** Fails unless it is so. */
export function sure(so, what) {
  if (!so) throw new Error(what);
}
