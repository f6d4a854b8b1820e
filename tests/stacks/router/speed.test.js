'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { originRequest, sandbox, withCredentials } = require('./fixtures.js');

// Other processes share the machine and take the processor in the middle of a call: what counts is this process's own
// time, or the clock's where the system counts processor time coarsely, and one calm round is enough.
const ROUNDS = 20;
const CALLS = 5000;
const LIMIT_MS = 1;

test(`99 of 100 warm calls, signing included, take ${LIMIT_MS} ms at most`, async (t) => {
  const { server, handler } = await sandbox(t);
  withCredentials(t);
  t.mock.restoreAll(); // the real clock: a mock that records every call is slow
  const event = () =>
    originRequest({
      settings: { 'x-gwctl-authorization': 'iam' },
      method: 'POST',
      uri: '/orders/2026-11-22/items',
      querystring: 'status=open&sort=-created&limit=50&q=caf%C3%A9+noir',
      body: { action: 'read-only', data: btoa('x'.repeat(2048)), encoding: 'base64', inputTruncated: false },
    });
  for (let call = 0; call < 500; call++) await handler(event());

  const rounds = [];
  while (rounds.length < ROUNDS && !(rounds.at(-1) <= LIMIT_MS)) {
    const [clock, own] = [[], []];
    for (let call = 0; call < CALLS; call++) {
      const given = event();
      const used = process.cpuUsage();
      const start = process.hrtime.bigint();
      await handler(given);
      clock.push(Number(process.hrtime.bigint() - start) / 1e6);
      const { user, system } = process.cpuUsage(used);
      own.push((user + system) / 1e3);
    }
    const p99 = [clock, own].map((times) => times.sort((a, b) => a - b)[Math.ceil(0.99 * CALLS) - 1]);
    t.diagnostic(`${CALLS} warm calls: p99 ${p99[0].toFixed(3)} ms by the clock, ${p99[1].toFixed(3)} ms of its own`);
    rounds.push(Math.min(...p99));
  }
  assert.equal(server.queries.length, 1, 'all calls but the first were warm');
  assert.ok(rounds.at(-1) <= LIMIT_MS, `p99 of the rounds: ${rounds} ms`);
});
