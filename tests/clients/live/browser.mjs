// A browser without a window, spoken to in the Chrome DevTools protocol.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

export class Browser {
  /** Opens a page and gathers what its console says and what it asks the network for. */
  static async open(url) {
    const browser = new Browser();
    Object.assign(browser, { waiting: new Map(), sent: 0, said: [], asked: [] });
    browser.folder = mkdtempSync(join(tmpdir(), 'gongjian-browser.'));
    const flags = ['--headless=new', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${browser.folder}`, 'about:blank'];
    if (process.getuid?.() === 0) flags.unshift('--no-sandbox');
    browser.process = spawn(process.env.CHROMIUM ?? 'chromium', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    const socket = await new Promise((resolve, reject) => {
      let told = '';
      browser.process.stderr.on('data', data => {
        const found = /DevTools listening on (ws:\S+)/.exec((told += data));
        if (found) resolve(found[1]);
      });
      browser.process.once('error', reject);
      browser.process.once('exit', () => reject(new Error(`the browser ended: ${told}`)));
    });
    browser.socket = new WebSocket(socket);
    browser.socket.on('message', data => browser.hear(JSON.parse(data)));
    await new Promise((resolve, reject) => browser.socket.once('open', resolve).once('error', reject));
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    ({ sessionId: browser.session } = await browser.send('Target.attachToTarget', { targetId, flatten: true }));
    for (const part of ['Runtime', 'Log', 'Network', 'Page']) await browser.send(`${part}.enable`);
    await browser.send('Page.navigate', { url });
    return browser;
  }

  send(method, params = {}) {
    const id = (this.sent += 1);
    this.socket.send(JSON.stringify({ id, method, params, sessionId: this.session }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  hear({ id, result, error, method, params }) {
    if (id) {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    }
    if (method === 'Log.entryAdded') this.said.push(params.entry.text);
    if (method === 'Runtime.consoleAPICalled') this.said.push(params.args.map(({ value }) => value).join(' '));
    if (method === 'Runtime.exceptionThrown') this.said.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Network.requestWillBeSent') this.asked.push(params.request.url);
    if (method === 'Network.webSocketCreated') this.asked.push(params.url);
  }

  /** What an expression is in the page. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression) {
    while (!(await this.evaluate(`Boolean(${expression})`))) await new Promise(resolve => setTimeout(resolve, 50));
  }

  async close() {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    await this.send('Browser.close').catch(() => {});
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
