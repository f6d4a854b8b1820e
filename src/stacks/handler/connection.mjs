// One connection to one endpoint, opened when it is first needed and discarded when it breaks. An execution environment
// of Lambda answers one request at a time, so that a pool would never hold a second one.
//
// Between two requests Lambda freezes the environment. A socket that died meanwhile either says so when the environment
// thaws, or says nothing. So one that was idle for long is asked first, for a short time only.

import Client from 'pg/lib/client.js';

import { token } from './token.mjs';

// Milliseconds. The longest that a connection takes to open, that a statement takes on the server and its answer then
// takes, and that an idle connection is trusted, asked, or kept: Aurora ends a forwarding session that was idle for
// five minutes (aws-facts-2 §19.4).
const CONNECT = 2000;
const STATEMENT = 4000;
const ANSWER = STATEMENT + 500;
const TRUSTED_IDLE = 5000;
const ASKED = 500;
const KEPT_IDLE = 60_000;

// The promise, or an error after so many milliseconds. `sent`: whether the server had been asked something by then.
function within(milliseconds, promise, sent) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${Math.round(milliseconds)} ms`), { code: 'ETIMEDOUT', late: true, sent }));
    }, Math.max(milliseconds, 1));
  });
  promise.catch(() => {});
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Connection {
  // `settings`: those of the environment. `consistency`: of write forwarding, `off` for a connection without it.
  constructor(name, host, settings, consistency) {
    Object.assign(this, { name, host, settings, consistency });
    this.client = undefined;
    this.opening = undefined;
    this.used = 0;
  }

  get forwards() {
    return this.consistency !== 'off';
  }

  // Rows, before the deadline (milliseconds of Date.now) or with an error. The error's `sent` tells whether the
  // statement may have reached the server.
  async query(text, values, deadline) {
    await this.open(deadline);
    const client = this.client;
    try {
      const asked = client.query({ text, values });
      const { rows } = await within(Math.min(ANSWER, deadline - Date.now()), asked, true);
      this.used = Date.now();
      return rows;
    } catch (error) {
      // An error of PostgreSQL's own leaves the session as it was, if it is not the end of it.
      if (!error.severity || error.severity === 'FATAL' || this.client !== client) this.discard(client);
      throw Object.assign(error, { sent: true, forwarded: this.forwards });
    }
  }

  async open(deadline) {
    const idle = Date.now() - this.used;
    if (this.client && idle > KEPT_IDLE) this.discard();
    // What forwards is not asked: with the consistency `global` the answer waits for replication.
    if (this.client && idle > TRUSTED_IDLE && !this.forwards) {
      const asked = this.client.query('SELECT 1');
      await within(Math.min(ASKED, deadline - Date.now()), asked, false).catch(() => this.discard());
    }
    if (this.client) return;
    // Whoever cannot wait leaves the attempt to the next request.
    this.opening ??= this.connect().finally(() => { this.opening = undefined; });
    await within(deadline - Date.now(), this.opening, false).catch((error) => {
      throw Object.assign(error, { sent: false, forwarded: this.forwards });
    });
  }

  async connect() {
    const client = new Client(this.options());
    // Without a listener the error of an idle socket would end the process.
    client.on('error', () => this.discard(client));
    client.on('end', () => this.discard(client));
    try {
      await within(CONNECT, client.connect(), false);
    } catch (error) {
      destroy(client);
      throw error;
    }
    this.client = client;
    this.used = Date.now();
  }

  discard(client = this.client) {
    if (!client) return;
    if (this.client === client) this.client = undefined;
    destroy(client);
  }

  options() {
    const { host } = this;
    const { port, user, database, region, ca, functionName } = this.settings;
    return {
      host, port, user, database,
      password: () => token({ host, port, user, region }),
      // The certificate is verified, and that it is this endpoint's.
      ssl: { ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
      statement_timeout: STATEMENT,
      application_name: functionName ?? 'handler',
      // Without it each session of a secondary forwards its writes, with the consistency `session` (aws-facts §2.2).
      // PostgreSQL without Aurora takes it as a name that means nothing.
      options: `-c apg_write_forward.consistency_mode=${this.consistency}`,
    };
  }
}

// Without a farewell, for which a broken socket would let us wait.
function destroy(client) {
  client.on('error', () => {});
  client.connection.stream.destroy();
}
