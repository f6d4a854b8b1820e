// The side of the tests: environments to start, to ask, to freeze and to thaw.

import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';

const PROGRAM = new URL('environment.cjs', import.meta.url).pathname;

export class Environment {
  constructor(env, names) {
    this.process = fork(PROGRAM, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.waiting = new Map();
    this.count = 0;
    // The handler's own log, parsed.
    this.lines = [];
    createInterface({ input: this.process.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
    this.process.on('message', ({ id, ...reply }) => {
      this.waiting.get(id)(reply);
      this.waiting.delete(id);
    });
    this.names = names;
    this.set({ names });
  }

  // Names, or milliseconds that the clock is `ahead`, from the next request on.
  set(what) {
    return this.send({ set: what });
  }

  // These names lead elsewhere now; undefined: nowhere.
  move(names) {
    this.names = { ...this.names, ...names };
    return this.set({ names: this.names });
  }

  send(message) {
    this.count += 1;
    return new Promise((done) => {
      this.waiting.set(this.count, done);
      this.process.send({ id: this.count, ...message });
    });
  }

  // Status, headers and parsed body of the answer, with the milliseconds that it took.
  async ask(method, path, { body, headers = {}, remaining = 10_000, query, context = {} } = {}) {
    const event = {
      version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: '', headers, queryStringParameters: query,
      requestContext: { requestId: `api-${this.count}`, http: { method, path, sourceIp: '192.0.2.1' }, stage: '$default', ...context },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body), isBase64Encoded: false,
    };
    const { response, ms } = await this.send({ event, remaining });
    if (response.thrown) throw new Error(response.thrown);
    return { status: response.statusCode, headers: response.headers, body: response.body && JSON.parse(response.body), ms };
  }

  get = (path, options) => this.ask('GET', path, options);

  post = (key, body, options = {}) => this.ask('POST', '/orders', { ...options, body, headers: { 'idempotency-key': key, ...options.headers } });

  freeze = () => this.process.kill('SIGSTOP');

  thaw = () => this.process.kill('SIGCONT');

  stop() {
    this.process.kill('SIGKILL');
  }
}
