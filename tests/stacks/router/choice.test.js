'use strict';

// Which Region a request goes to, and for how long an answer of DNS is believed.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { CODE, cname, encodeName, failure, record, reply } = require('./dns_server.js');
const { HOSTS, RECORD, assertRefused, assertSentTo, sandbox } = require('./fixtures.js');

const EU = HOSTS['eu-west-1'];
const US = HOSTS['us-east-1'];
const OTHER = 'attacker.example.net';

test('a request goes to the Region that DNS names', async (t) => {
  for (const [region, host] of Object.entries(HOSTS)) {
    const { server, send } = await sandbox(t);
    server.answer = cname(host);
    assertSentTo(region, await send());
    t.mock.restoreAll();
  }
});

test('names are compared without regard to case, a root dot or spaces', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = cname(EU.toUpperCase());
  for (const host of [EU, US.replace('us-east-1', 'Eu-West-1')]) {
    const settings = {
      'x-gwctl-latency-record': `${RECORD.toUpperCase()}.`,
      'x-gwctl-regions': ` eu-west-1 = ${host}. ,`,
    };
    assertSentTo('eu-west-1', await send({ settings }));
  }
  assert.equal(server.queries[0].name, RECORD);
});

test('an answer is kept for its TTL, in seconds, and not longer', async (t) => {
  for (const ttl of [1, 7, 60]) {
    const { server, passSeconds, send } = await sandbox(t);
    server.answer = cname(EU, ttl);
    await send();
    passSeconds(ttl - 0.001);
    await send();
    assert.equal(server.queries.length, 1, `TTL ${ttl}: asked again within it`);
    passSeconds(0.001);
    await send();
    assert.equal(server.queries.length, 2, `TTL ${ttl}: not asked again after it`);
    t.mock.restoreAll();
  }
});

test('an answer is never kept longer than the bound', async (t) => {
  const bounds = [
    [undefined, 60],
    ['10', 10],
    ['soon', 60],
    ['-1', 60],
  ];
  for (const [setting, bound] of bounds) {
    const { server, passSeconds, send } = await sandbox(t);
    const settings = { 'x-gwctl-max-ttl': setting };
    server.answer = cname(EU, 100_000);
    await send({ settings });
    passSeconds(bound - 0.001);
    await send({ settings });
    assert.equal(server.queries.length, 1, `bound ${setting}`);
    passSeconds(0.001);
    await send({ settings });
    assert.equal(server.queries.length, 2, `bound ${setting}`);
    t.mock.restoreAll();
  }
});

test('an answer is not kept when its TTL or the bound is 0, or its TTL is negative', async (t) => {
  const cases = [
    [0, undefined],
    [60, '0'],
    [0x80000000, undefined],
  ];
  for (const [ttl, bound] of cases) {
    const { server, send } = await sandbox(t);
    server.answer = cname(EU, ttl);
    for (let request = 0; request < 3; request++) await send({ settings: { 'x-gwctl-max-ttl': bound } });
    assert.equal(server.queries.length, 3, `TTL ${ttl}, bound ${bound}`);
    t.mock.restoreAll();
  }
});

test('the time a look-up takes is part of the TTL', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  server.answer = (query) => {
    passSeconds(2);
    return cname(EU, 10)(query);
  };
  await send();
  passSeconds(7.999);
  await send();
  assert.equal(server.queries.length, 1);
  passSeconds(0.001);
  await send();
  assert.equal(server.queries.length, 2);
});

test('an evacuated Region is left once the TTL is over, every time', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  for (const region of ['eu-west-1', 'us-east-1', 'ap-northeast-1', 'eu-west-1', 'us-east-1']) {
    server.answer = cname(HOSTS[region], 60);
    passSeconds(60);
    assertSentTo(region, await send());
  }
});

test('concurrent requests share one query, and so do those after it', async (t) => {
  const { server, send } = await sandbox(t);
  const requests = await Promise.all(Array.from({ length: 100 }, () => send()));
  for (const request of requests) assertSentTo('eu-west-1', request);
  await send();
  assert.equal(server.queries.length, 1);
});

test('concurrent requests share one look-up that fails', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = failure(CODE.SERVFAIL);
  for (const response of await Promise.all(Array.from({ length: 100 }, () => send()))) assertRefused(response);
  assert.equal(server.queries.length, 2, 'both tries of one look-up');
});

test('each latency record has an answer of its own', async (t) => {
  const { server, send } = await sandbox(t);
  const settings = { 'x-gwctl-latency-record': 'latency.stock.example.com' };
  assertSentTo('eu-west-1', await send());
  server.answer = cname(US);
  assertSentTo('us-east-1', await send({ settings }));
  assertSentTo('eu-west-1', await send());
});

for (const code of ['SERVFAIL', 'NXDOMAIN']) {
  test(`the last good answer serves while DNS says ${code}, however old it is`, async (t) => {
    const { server, passSeconds, send } = await sandbox(t);
    const settings = { 'x-gwctl-fallback': 'us-east-1' };
    await send({ settings });
    server.answer = failure(CODE[code]);
    for (const seconds of [60, 3600, 1_000_000]) {
      passSeconds(seconds);
      assertSentTo('eu-west-1', await send({ settings }));
    }
    server.answer = cname(HOSTS['ap-northeast-1']);
    passSeconds(60);
    assertSentTo('ap-northeast-1', await send({ settings }));
  });
}

test('the last good answer does not serve once its Region has left the fleet', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  await send();
  server.answer = failure(CODE.SERVFAIL);
  passSeconds(60);
  const settings = { 'x-gwctl-regions': `us-east-1=${US}`, 'x-gwctl-fallback': 'us-east-1' };
  assertSentTo('us-east-1', await send({ settings }));
});

test('a kept answer whose Region has left the fleet is asked for again at once', async (t) => {
  const { server, send } = await sandbox(t);
  await send();
  server.answer = cname(US);
  assertSentTo('us-east-1', await send({ settings: { 'x-gwctl-regions': `us-east-1=${US}` } }));
});

test('the fallback Region serves while DNS has never answered', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = failure(CODE.SERVFAIL);
  assertSentTo('us-east-1', await send({ settings: { 'x-gwctl-fallback': 'us-east-1' } }));
});

test('without an answer and a fallback of the fleet the request is refused with 503', async (t) => {
  for (const fallback of [undefined, 'sa-east-1', 'eu-west-1.api.orders.example.com']) {
    const { server, log, send } = await sandbox(t);
    server.answer = failure(CODE.NXDOMAIN);
    assertRefused(await send({ settings: { 'x-gwctl-fallback': fallback } }), { message: /DNS.*x-gwctl-fallback/ });
    assert.match(log(), /latency\.orders\.example\.com.*code 3/);
    t.mock.restoreAll();
  }
});

test('an answer that is no endpoint of the fleet counts as a failure', async (t) => {
  const foreign = [OTHER, `${EU}.${OTHER}`, `x.${EU}`, 'api.orders.example.com', `${EU}\r\nx: y`, RECORD];
  for (const host of foreign) {
    const { server, passSeconds, send } = await sandbox(t);
    server.answer = cname(host);
    assertRefused(await send());
    passSeconds(5);
    assertSentTo('us-east-1', await send({ settings: { 'x-gwctl-fallback': 'us-east-1' } }));
    server.answer = cname(EU);
    passSeconds(5);
    assertSentTo('eu-west-1', await send());
    server.answer = cname(host);
    passSeconds(60);
    assertSentTo('eu-west-1', await send());
    t.mock.restoreAll();
  }
});

test('what DNS says reaches the log without its control characters', async (t) => {
  const { server, log, send } = await sandbox(t);
  server.answer = cname('a\n\u001b[31mb.example.net');
  await send();
  assert.match(log(), /b\.example\.net is not an endpoint/);
  assert.doesNotMatch(log().replaceAll('}\n{', '}{'), /\p{Cc}/u);
});

test('a failure is remembered for 5 seconds, and the answer after it is believed', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  server.answer = failure(CODE.SERVFAIL);
  assertRefused(await send());
  server.answer = cname(EU);
  passSeconds(4.999);
  assertRefused(await send());
  assert.equal(server.queries.length, 2, 'no query while the failure is remembered');
  passSeconds(0.001);
  assertSentTo('eu-west-1', await send());
  assert.equal(server.queries.length, 3);
});

test('a record without a CNAME counts as a failure', async (t) => {
  const { server, send } = await sandbox(t);
  const others = [
    record({ type: 1, data: Buffer.from([192, 0, 2, 1]) }),
    record({ owner: encodeName('other.example.com'), data: encodeName(EU) }),
    record({ class: 3, data: encodeName(EU) }),
  ];
  server.answer = (query) => [reply(query, { records: others })];
  assertRefused(await send());
});
