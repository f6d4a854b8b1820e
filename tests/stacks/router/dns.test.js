'use strict';

// How DNS is spoken, with servers that are slow, wrong or hostile.

const assert = require('node:assert/strict');
const dns = require('node:dns');
const os = require('node:os');
const { test } = require('node:test');

const { CODE, DnsServer, TYPE, cname, encodeName, failure, record, reply, silence } = require('./dns_server.js');
const {
  HOSTS,
  RECORD,
  assertRefused,
  assertSentTo,
  loadRouter,
  originRequest,
  randomness,
  sandbox,
} = require('./fixtures.js');

const EU = HOSTS['eu-west-1'];
const US = HOSTS['us-east-1'];

test('the question is for the CNAME of the latency record, with an id nobody can guess', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = cname(EU, 0);
  for (let request = 0; request < 20; request++) await send();
  for (const query of server.queries) {
    assert.deepEqual([query.name, query.type, query.class, query.recursive], [RECORD, TYPE.CNAME, 1, true]);
  }
  assert.ok(new Set(server.queries.map(({ id }) => id)).size > 15);
});

test('a compressed answer behind other records is understood', async (t) => {
  const { server, send } = await sandbox(t);
  const suffix = Buffer.from([0xc0, 12 + 'latency.'.length]); // orders.example.com, in the question
  server.answer = (query) => {
    const pointer = 12 + query.question.length + 12; // in the first record, to the question's name
    const records = [
      record({ type: TYPE.A, data: Buffer.from([0xc0, 12]) }),
      record({ owner: encodeName('other.example.com'), data: encodeName(US) }),
      record({
        owner: Buffer.from([0xc0, pointer]),
        data: Buffer.concat([encodeName('eu-west-1.api').subarray(0, -1), suffix]),
      }),
    ];
    return [reply(query, { records })];
  };
  assertSentTo('eu-west-1', await send());
});

test('packets that do not answer the question are not listened to', async (t) => {
  const forgeries = {
    'wrong id': (query) => reply({ ...query, id: query.id ^ 1 }, { records: [record({ data: encodeName(US) })] }),
    'other question': (query) =>
      reply(query, {
        question: Buffer.concat([encodeName(RECORD.replace('orders', 'ordars')), query.question.subarray(-4)]),
        records: [record({ data: encodeName(US) })],
      }),
    'a query': (query) => {
      const packet = reply(query, { records: [record({ data: encodeName(US) })] });
      packet[2] &= 0x7f;
      return packet;
    },
    'no question': (query) => reply(query, { question: Buffer.alloc(0) }),
    'wrong id and an error': (query) => reply({ ...query, id: query.id ^ 0x8000 }, { code: CODE.NXDOMAIN }),
    empty: () => Buffer.alloc(0),
    'one byte': () => Buffer.from([1]),
  };
  for (const [name, forge] of Object.entries(forgeries)) {
    const { server, send } = await sandbox(t);
    server.answer = (query) => [forge(query), ...cname(EU)(query)];
    assertSentTo('eu-west-1', await send());
    assert.equal(server.queries.length, 1, `${name}: the true answer was waited for`);
    t.mock.restoreAll();
  }
});

test('a silent server holds a request for two tries of 0.4 s, and only once in a while', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  server.answer = silence;
  const start = process.hrtime.bigint();
  assertRefused(await send());
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  assert.ok(seconds > 0.7 && seconds < 2, `two tries took ${seconds} s`);
  passSeconds(4.999);
  assertRefused(await send());
  assert.equal(server.queries.length, 2);
});

test('when one server fails the next one is asked', async (t) => {
  for (const [name, answer] of Object.entries({ silence, SERVFAIL: failure(CODE.SERVFAIL) })) {
    const { server: first, send } = await sandbox(t);
    const second = await DnsServer.start();
    t.after(() => second.stop());
    dns.setServers([first.address, second.address]);
    first.answer = answer;
    second.answer = cname(US);
    assertSentTo('us-east-1', await send());
    assert.deepEqual([first.queries.length, second.queries.length], [1, 1], name);
    t.mock.restoreAll();
  }
});

test('one lost packet costs one more try', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = (query) => (server.queries.length === 1 ? [] : cname(EU)(query));
  assertSentTo('eu-west-1', await send());
});

test('a port where nobody listens is a failure, found at once', async (t) => {
  const { log, send } = await sandbox(t);
  const gone = await DnsServer.start();
  gone.stop();
  dns.setServers([gone.address]);
  assertSentTo('us-east-1', await send({ settings: { 'x-gwctl-fallback': 'us-east-1' } }));
  assert.match(log(), /ECONNREFUSED/);
});

test('a server with an IPv6 address is asked', async (t) => {
  const addresses = Object.values(os.networkInterfaces()).flat();
  if (!addresses.some(({ address }) => address === '::1')) return t.skip('this machine has no IPv6');
  const { send } = await sandbox(t);
  const server = await DnsServer.start('::1');
  t.after(() => server.stop());
  dns.setServers([server.address]);
  server.answer = cname(US);
  assertSentTo('us-east-1', await send());
});

test('a truncated answer is asked for over TCP, and kept for one second', async (t) => {
  const { server, passSeconds, send } = await sandbox(t);
  server.answer = (query) => (query.tcp ? cname(US)(query) : [reply(query, { truncated: true })]);
  assertSentTo('us-east-1', await send());
  const asked = server.queries.length;
  assert.ok(server.queries.some(({ tcp }) => tcp));
  passSeconds(0.999);
  await send();
  assert.equal(server.queries.length, asked);
  passSeconds(0.001);
  await send();
  assert.ok(server.queries.length > asked);
});

test('a truncated answer that TCP does not complete is a failure', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = (query) => [reply(query, query.tcp ? { code: CODE.SERVFAIL } : { truncated: true })];
  assertRefused(await send());
});

test('a name that cannot be asked for is a failure, not an exception', async (t) => {
  for (const name of [
    'a..b',
    `${'a'.repeat(64)}.example.com`,
    Array(60).fill('abcd').join('.'),
    '.',
    'a b\u00e9.com.',
  ]) {
    const { server, send } = await sandbox(t);
    server.answer = failure(CODE.NXDOMAIN);
    const settings = { 'x-gwctl-latency-record': name, 'x-gwctl-fallback': 'us-east-1' };
    const answer = await send({ settings });
    if (name === '.') assertRefused(answer, { message: /x-gwctl-latency-record/ });
    else assertSentTo('us-east-1', answer);
    t.mock.restoreAll();
  }
});

test('compression loops and malformed names are failures, found without a wait', async (t) => {
  const at = (offset) => Buffer.from([0xc0 | (offset >> 8), offset & 255]);
  const header = (query) => 12 + query.question.length; // where the first record starts
  const hostile = {
    'an owner that points at itself': (query) => [record({ owner: at(header(query)), data: encodeName(EU) })],
    'owners that point at each other': (query) => [
      record({ owner: Buffer.concat([at(header(query) + 2), at(header(query))]), data: encodeName(EU) }),
    ],
    'a target that points at itself': (query) => [record({ data: at(header(query) + 12) })],
    'a label, then back to it': (query) => [
      record({ data: Buffer.concat([Buffer.from('\x01a'), at(header(query) + 12)]) }),
    ],
    'a pointer past the end': () => [record({ data: at(0x3fff) })],
    'a label past the end': () => [record({ data: Buffer.from('\x3fa') })],
    'a label of a reserved kind': (query) => [
      record({ type: TYPE.A, data: encodeName(EU) }),
      record({ data: Buffer.from([0x80, header(query) + 12]) }), // a jump to that name, were it a pointer
    ],
    'no data': () => [record({ data: Buffer.alloc(0) })],
  };
  for (const [name, records] of Object.entries(hostile)) {
    const { server, log, send } = await sandbox(t);
    server.answer = (query) => [reply(query, { records: records(query) })];
    assertRefused(await send());
    assert.doesNotMatch(log(), /timeout/, name);
    t.mock.restoreAll();
  }
});

test('a count of records beyond the packet is a failure', async (t) => {
  const { server, send } = await sandbox(t);
  server.answer = (query) => {
    const packet = reply(query);
    packet.writeUInt16BE(0xffff, 6);
    return [packet];
  };
  assertRefused(await send());
});

test('the largest packet of the longest names is read in good time', async (t) => {
  const { server, log, send } = await sandbox(t);
  server.answer = (query) => {
    const longest = record({ type: TYPE.A, data: encodeName(Array(126).fill('a'.repeat(63)).join('.')) });
    const start = 12 + query.question.length + 12; // of that name
    const owner = Buffer.from([0xc0 | (start >> 8), start & 255]);
    const others = Array(4700).fill(record({ type: TYPE.A, owner, data: Buffer.alloc(0) }));
    return [reply(query, { records: [longest, ...others] })];
  };
  const start = process.hrtime.bigint();
  assertRefused(await send());
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  assert.match(log(), /no CNAME/);
  assert.ok(seconds < 2, `two tries took ${seconds} s`);
});

test('malformed packets never throw, hang or choose a host of their own (600 seeded mutations)', async (t) => {
  const { server } = await sandbox(t);
  const random = randomness(20261122);
  let handler;
  const mutate = (packet) => {
    let bytes = Buffer.from(packet);
    for (let edits = 1 + random.below(4); edits > 0; edits--) {
      const kind = random.below(4);
      const place = 2 + random.below(Math.max(bytes.length - 2, 1)); // mostly with the right id
      if (kind === 0) bytes = bytes.subarray(0, place);
      else if (kind === 1) bytes = Buffer.concat([bytes, Buffer.from(random.text('\0\x01\x3f\xc0\xff', 20), 'latin1')]);
      else if (place < bytes.length)
        bytes[place] = random.pick([0, 1, 5, 12, 63, 64, 128, 192, 193, 255, random.below(256)]);
    }
    return bytes;
  };
  // The true answer follows, so that a packet that is rightly not listened to costs no wait.
  server.answer = (query) => (query.tcp ? cname(EU)(query) : [mutate(cname(US)(query)[0]), cname(EU)(query)[0]]);
  const outcomes = { 'eu-west-1': 0, 'us-east-1': 0, 503: 0 };
  for (let round = 0; round < 600; round++) {
    handler = loadRouter();
    const answer = await handler(originRequest());
    if (answer.status) assertRefused(answer);
    else assertSentTo(answer.headers['x-gwctl-region'][0].value, answer);
    outcomes[answer.status ?? answer.headers['x-gwctl-region'][0].value]++;
  }
  for (const [outcome, count] of Object.entries(outcomes)) assert.ok(count > 20, `${outcome}: only ${count} times`);
});
