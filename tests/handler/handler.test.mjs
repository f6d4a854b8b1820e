// The bundle that gwctl delivers, in processes of its own, against a real PostgreSQL with a streaming replica.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test as tested } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { token } from '../../src/stacks/handler/token.mjs';
import { unavailable } from './postgres.mjs';
import { Relay } from './relay.mjs';
import { HOME, OTHER, PRIMARY, READER, REPLICA, WRITER, stage } from './stage.mjs';

const missing = unavailable();
let s;
let sql;
before(async () => {
  if (missing) return;
  s = await stage();
  sql = (...args) => s.postgres.sql(...args);
});
after(() => s?.end());
afterEach(() => s?.rest());

if (missing) console.log(`# left out: ${missing}`);
const test = (name, body) => tested(name, { skip: missing }, body);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

let keys = 0;
const key = () => `key-${(keys += 1)}`;
const order = { item: 'tea', count: 2 };
const after0 = (options = {}) => ({ query: { after: '0', limit: '500' }, ...options });
const has = (answer, id) => answer.body.orders.some((one) => one.id === id);
const rows = (key) => sql(`SELECT count(*) FROM orders WHERE idempotency_key = '${key}'`);
const sessions = "pid <> pg_backend_pid() AND usename = 'handler'";
const kill = () => sql(`SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE ${sessions}`);
const relay = async (target = PRIMARY) => s.relay(new Relay(`127.0.1.${(relay.count = (relay.count ?? 0) + 1)}`, s.port, target));
// What health says once its first connection is open: on a busy machine that takes longer than health waits, and the
// attempt goes on for the next one who asks.
const healthy = async (environment) => {
  let answer;
  for (let left = 20; left > 0; left -= 1) {
    answer = await environment.get('/health');
    if (answer.status === 200) break;
  }
  return answer;
};
// The last line of the log that tells of a request.
const logged = async (environment, count = 1) => {
  for (;;) {
    const lines = environment.lines.filter((line) => line.status !== undefined);
    if (lines.length >= count) return lines.at(-1);
    await sleep(1);
  }
};

tested('a token is that of the SDK', () => {
  // Both of @aws-sdk/rds-signer 3.1175.0, of these credentials at this moment.
  const at = { host: 'fleet-eu-west-1.cluster-ro-abc.eu-west-1.rds.amazonaws.com', port: 5432, user: 'handler', region: 'eu-west-1' };
  const made = (session) => new URL(`https://${token(at, { keyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', session },
    new Date('2026-11-30T12:00:00.000Z'))}`).searchParams;
  assert.equal(made().get('X-Amz-Signature'), 'e72c1918593c31447ad917952735a90dd6f4424c00a96ee6f8b894b35deea03d');
  const lasting = made('IQoJb3JpZ2luX2VjEXAMPLE/+token==');
  assert.equal(lasting.get('X-Amz-Signature'), '1c2f83ea90a8997e9f87f823859d0cd878c863cdeeb6cf1d68e3a7fea9433c86');
  assert.equal(lasting.get('X-Amz-Expires'), '900');
});

test('an order is written once, found and listed', async () => {
  const environment = s.start();
  const k = key();
  const made = await environment.post(k, order);
  assert.equal(made.status, 201);
  assert.deepEqual(made.body.order, order);
  assert.equal(made.body.region, 'eu-west-1');
  const again = await environment.post(k, { count: 2, item: 'tea' });
  assert.deepEqual([again.status, again.body, again.headers['idempotency-replayed']], [201, made.body, 'true']);
  const other = await environment.post(k, { ...order, count: 3 });
  assert.equal(other.status, 422);
  assert.equal(rows(k), '1');
  const found = await environment.get(made.headers.location);
  assert.deepEqual([found.status, found.body], [200, made.body]);
  assert.equal(found.headers['x-region'], 'eu-west-1');

  const token = { 'consistency-token': made.headers['consistency-token'] };
  const last = (await environment.post(key(), order)).headers['consistency-token'];
  const page = await environment.get('/orders', { query: { after: String(made.body.seq - 1), limit: '1' }, headers: { 'consistency-token': last } });
  assert.deepEqual([page.body.orders.map(({ id }) => id), page.body.next], [[made.body.id], made.body.seq]);
  const rest = await environment.get('/orders', { query: { after: String(page.body.next) }, headers: token });
  assert.ok(!has(rest, made.body.id));
  sql(`INSERT INTO orders (id, idempotency_key, body, request_hash, region)
    SELECT gen_random_uuid(), 'wide-' || n, jsonb_build_object('t', repeat('x', 32000)), '', '' FROM generate_series(1, 150) n`);
  const cut = await environment.get('/orders', after0({ headers: { consistency: 'global' } }));
  const count = cut.body.orders.length;
  assert.ok(count > 100 && count < 150, `${count}: as many as an answer holds`);
  assert.equal(cut.body.next, cut.body.orders.at(-1).seq);
  sql("DELETE FROM orders WHERE idempotency_key LIKE 'wide-%'");
  const head = await environment.ask('HEAD', made.headers.location);
  assert.deepEqual([head.status, head.body], [200, undefined]);
});

test('what cannot be done is refused in words', async () => {
  const environment = s.start();
  const big = { text: 'x'.repeat(33 * 1024) };
  const cases = [
    ['POST', '/orders', { body: order }, 400, /Idempotency-Key/],
    ['POST', '/orders', { body: order, headers: { 'idempotency-key': 'two words' } }, 400, /visible/],
    ['POST', '/orders', { body: '{"a', headers: { 'idempotency-key': key() } }, 400, /not JSON/],
    ['POST', '/orders', { body: '[1]', headers: { 'idempotency-key': key() } }, 400, /JSON object/],
    ['POST', '/orders', { body: '{"a":"\\u0000"}', headers: { 'idempotency-key': key() } }, 400, /cannot store/],
    ['POST', '/orders', { body: '{"a":"\\ud800"}', headers: { 'idempotency-key': key() } }, 400, /cannot store/],
    ['POST', '/orders', { body: big, headers: { 'idempotency-key': key() } }, 413, /32 KiB/],
    ['GET', '/orders', { query: { after: '-1' } }, 400, /after/],
    ['GET', '/orders', { query: { limit: '501' } }, 400, /limit/],
    ['GET', '/orders', { headers: { consistency: 'strong' } }, 400, /eventual, session, global/],
    ['GET', '/orders', { headers: { 'consistency-token': '7' } }, 400, /Consistency-Token/],
    ['GET', '/orders/7', {}, 404, /UUID/],
    ['GET', '/orders/00000000-0000-4000-8000-000000000000', {}, 404, /no order/],
    ['GET', '/nothing', {}, 404, /\/orders/],
    ['PUT', '/orders', {}, 405, /GET, POST/],
    ['DELETE', '/orders/00000000-0000-4000-8000-000000000000', {}, 405, /GET/],
  ];
  for (const [method, path, options, status, text] of cases) {
    const { status: got, body, headers } = await environment.ask(method, path, options);
    assert.equal(got, status, `${method} ${path} ${JSON.stringify(body)}`);
    assert.match(body.message, text);
    assert.equal(headers['content-type'], 'application/json');
  }
});

test('one reads one\'s own writes in another environment, however old the replica is', async () => {
  const [one, other] = [s.start(), s.start()];
  sql('SELECT pg_wal_replay_pause()', 'replica');
  const { body: { id }, headers } = await one.post(key(), order);
  const token = { 'consistency-token': headers['consistency-token'] };
  assert.equal((await other.get(`/orders/${id}`, { headers: { consistency: 'eventual' } })).status, 404);
  assert.equal((await other.get(`/orders/${id}`)).status, 200);
  assert.equal((await logged(other, 2)).way, 'writer');
  assert.ok(!has(await other.get('/orders', after0()), id), 'the replica is not old');
  assert.ok(has(await other.get('/orders', after0({ headers: token })), id));
  assert.ok(has(await other.get('/orders', after0({ headers: { consistency: 'global' } })), id));
  // Here soon: no need of the writer.
  const waiting = other.get('/orders', after0({ headers: token }));
  await sleep(50);
  sql('SELECT pg_wal_replay_resume()', 'replica');
  assert.ok(has(await waiting, id));
  assert.equal((await logged(other, 6)).way, 'reader');
  const lost = await other.get('/orders', after0({ headers: { 'consistency-token': '00000000-0000-4000-8000-000000000000' } }));
  assert.equal(lost.status, 412);
});

test('without a writer the Region reads, says so, and is healthy', async () => {
  const environment = s.start({}, { [READER]: REPLICA });
  const health = await healthy(environment);
  assert.equal(health.status, 200);
  assert.deepEqual([health.body.region, health.body.role, health.body.database.reachable], ['eu-west-1', 'reader', true]);
  assert.equal((await environment.get('/orders', after0())).status, 200);
  const k = key();
  const made = await environment.post(k, order);
  assert.equal(made.status, 503);
  assert.equal(made.body.outcome, 'not written');
  assert.ok(Number(made.headers['retry-after']) > 0);
  assert.equal(rows(k), '0');
});

test('health answers within a second, and is bad only where the reader is', async () => {
  const writer = await relay();
  writer.mode = 'hold';
  const environment = s.start({}, { [READER]: REPLICA, [WRITER]: writer.address });
  const held = await healthy(environment);
  assert.deepEqual([held.status, held.body.role], [200, 'unknown']);
  assert.ok(held.ms < 2000, `${held.ms} ms`);
  const reader = await relay(REPLICA);
  reader.mode = 'hold';
  await environment.move({ [READER]: reader.address });
  sql(`SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE ${sessions}`, 'replica');
  const bad = await environment.get('/health');
  assert.deepEqual([bad.status, bad.body.database.reachable], [503, false]);
  assert.ok(bad.ms < 2000, `${bad.ms} ms`);
  const whole = s.start();
  let role;
  // A busy machine may need more time for the first connection than health gives it.
  for (let ahead = 0; role !== 'writer' && ahead < 200_000; ahead += 10_000) {
    await whole.set({ ahead });
    ({ body: { role } } = await whole.get('/health'));
  }
  assert.equal(role, 'writer');
});

test('in a secondary, writes go to the reader endpoint with the consistency that was asked for', async () => {
  // What Aurora forwards is written at once here: the address is the primary's, under both names. A session of a
  // secondary forwards by its own setting, whichever endpoint it came by, and is refused where that is off.
  sql(`CREATE TABLE seen (mode text);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN
      IF current_setting('apg_write_forward.consistency_mode') = 'off' THEN RAISE EXCEPTION 'off' USING ERRCODE = '25006'; END IF;
      INSERT INTO seen VALUES (current_setting('apg_write_forward.consistency_mode')); RETURN NEW;
    END $$;
    CREATE TRIGGER see AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION see()`);
  const environment = s.start({}, { [READER]: PRIMARY, [WRITER]: PRIMARY });
  for (const headers of [{}, { consistency: 'eventual' }, { consistency: 'global' }, {}]) {
    assert.equal((await environment.post(key(), order, { headers })).status, 201);
  }
  const eventual = s.start({ DATABASE_CONSISTENCY: 'eventual' }, { [READER]: PRIMARY, [WRITER]: PRIMARY });
  assert.equal((await eventual.post(key(), order)).status, 201);
  assert.equal(sql('SELECT string_agg(mode, \' \') FROM seen'), 'session eventual global session eventual');
  sql('DROP TRIGGER see ON orders; DROP FUNCTION see; DROP TABLE seen');
  assert.equal((await logged(environment, 4)).way, 'forward');
});

test('a forward that fails in a way that nobody documents is tried again, or its order is unknown', async () => {
  // As the link to the writer: this session gets an error and lives on, and nobody knows whether the order is written.
  sql(`CREATE SEQUENCE met; GRANT USAGE ON met TO handler;
    CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF nextval('met') <= 1 OR NEW.body ? 'breaks' THEN RAISE EXCEPTION 'link' USING ERRCODE = 'XX000'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER breaks BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION breaks()`);
  const environment = s.start({}, { [READER]: PRIMARY });
  const k = key();
  assert.equal((await environment.post(k, order)).status, 201);
  assert.equal(rows(k), '1');
  const never = await environment.post(key(), { breaks: true });
  assert.deepEqual([never.status, never.body.outcome], [503, 'unknown']);
  // At the writer itself such an error is the end of it.
  const near = s.start();
  const told = await near.post(key(), { breaks: true });
  assert.deepEqual([told.status, told.body.outcome], [500, 'not written']);
  sql('DROP TRIGGER breaks ON orders; DROP FUNCTION breaks; DROP SEQUENCE met');
});

test('a connection that was ended is replaced', async () => {
  const environment = s.start();
  await environment.post(key(), order);
  kill();
  const made = await environment.post(key(), order);
  assert.equal(made.status, 201);
  kill();
  assert.equal((await environment.get(made.headers.location)).status, 200);
});

test('a connection that died while the environment was frozen is replaced', async () => {
  const near = await relay();
  const environment = s.start({}, { [READER]: REPLICA, [WRITER]: near.address });
  await environment.post(key(), order);
  environment.freeze();
  kill();
  environment.thaw();
  assert.equal((await environment.post(key(), order)).status, 201);
  // Or dead without a word, after a long time.
  near.mode = 'hold';
  await environment.move({ [WRITER]: PRIMARY });
  await environment.set({ ahead: 3_600_000 });
  const late = await environment.post(key(), order);
  assert.deepEqual([late.status, late.ms < 2500], [201, true], `${late.ms} ms`);
});

test('a read whose connection breaks in the middle is asked again', async () => {
  const near = await relay(REPLICA);
  const environment = s.start({}, { [READER]: near.address });
  await environment.get('/orders', after0());
  near.mode = 'mute';
  const reading = environment.get('/orders', after0());
  await new Promise((done) => { near.passed = done; });
  near.mode = 'pass';
  near.reset();
  assert.equal((await reading).status, 200);
  assert.equal((await logged(environment, 2)).failures.length, 1);
});

test('a commit whose answer is lost is found by the second try', async () => {
  const near = await relay();
  const environment = s.start({}, { [READER]: REPLICA, [WRITER]: near.address });
  await environment.post(key(), order);
  const k = key();
  near.mode = 'mute';
  const posting = environment.post(k, order);
  while (rows(k) === '0') await sleep(5);
  near.mode = 'pass';
  near.reset();
  const made = await posting;
  assert.deepEqual([made.status, made.headers['idempotency-replayed'], rows(k)], [201, 'true', '1']);
});

test('a commit that nobody can ask about is told as unknown', async () => {
  const near = await relay();
  const environment = s.start({}, { [READER]: REPLICA, [WRITER]: near.address });
  await environment.post(key(), order);
  const k = key();
  near.mode = 'mute';
  const posting = environment.post(k, order);
  while (rows(k) === '0') await sleep(5);
  near.close();
  const made = await posting;
  assert.deepEqual([made.status, made.body.outcome], [503, 'unknown']);
  assert.match(made.body.message, /same Idempotency-Key/);
  await environment.move({ [WRITER]: PRIMARY });
  assert.equal((await environment.post(k, order)).status, 201);
  assert.equal(rows(k), '1');
});

test('a writer that turns read-only refuses, and the next one is found', async () => {
  const environment = s.start();
  await environment.post(key(), order);
  s.setting('default_transaction_read_only', 'on');
  const k = key();
  const refused = await environment.post(k, order);
  assert.deepEqual([refused.status, refused.body.outcome], [503, 'not written']);
  assert.match(refused.body.message, /takes no writes/);
  assert.ok(refused.headers['retry-after']);
  assert.equal((await healthy(environment)).status, 200);
  s.setting('default_transaction_read_only', 'off');
  assert.equal((await environment.post(k, order)).status, 201);
});

test('a demoted writer that stays connected is not believed', async () => {
  // The name leads to a replica, as after a switchover whose DNS answer is old.
  const environment = s.start({}, { [READER]: PRIMARY, [WRITER]: REPLICA });
  sql('SELECT pg_wal_replay_pause()', 'replica');
  const { body: { id } } = await environment.post(key(), order);
  const found = await environment.get('/orders', after0({ headers: { consistency: 'global' } }));
  assert.ok(has(found, id));
  assert.equal((await logged(environment, 2)).way, 'forward');
});

test('a name that leads elsewhere is followed', async () => {
  const [old, moved] = [await relay(), await relay()];
  const environment = s.start({}, { [READER]: REPLICA, [WRITER]: old.address });
  await environment.post(key(), order);
  await environment.move({ [WRITER]: moved.address });
  old.close();
  assert.equal((await environment.post(key(), order)).status, 201);
  assert.equal(moved.pairs.size, 1);
});

test('a slow database is not waited for longer than the request has', async () => {
  const environment = s.start();
  await environment.post(key(), order);
  const k = key();
  const free = await s.hold('LOCK TABLE orders IN EXCLUSIVE MODE');
  const slow = await environment.post(k, order, { remaining: 1000 });
  await free();
  assert.deepEqual([slow.status, slow.body.outcome], [503, 'unknown']);
  assert.match(slow.body.message, /did not answer in time/);
  assert.ok(slow.ms < 2000, `${slow.ms} ms`);
  assert.equal((await environment.post(k, order)).status, 201);
  assert.equal(rows(k), '1');
});

test('a database without a free connection is told, and tried again', async () => {
  const environment = s.start();
  sql('ALTER ROLE handler CONNECTION LIMIT 0');
  const full = await environment.post(key(), order);
  assert.deepEqual([full.status, full.body.outcome], [503, 'not written']);
  assert.match(full.body.message, /no free connection/);
  sql('ALTER ROLE handler CONNECTION LIMIT -1');
  assert.equal((await environment.post(key(), order)).status, 201);
});

test('a certificate of another authority, or for another name, is refused', async () => {
  // And the log says what to do.
  for (const [env, names, advice] of [
    [{ DATABASE_CA: s.stranger.ca }, HOME, /The file that DATABASE_CA names lacks the authority.*eu-west-1-bundle\.pem/],
    [{ WRITER_ENDPOINT: OTHER }, { ...HOME, [OTHER]: PRIMARY }, /WRITER_ENDPOINT must be the cluster's own endpoints/],
    // Without an authority of the fleet's own, as on a function without NODE_EXTRA_CA_CERTS.
    [{ DATABASE_CA: '' }, HOME, /NODE_EXTRA_CA_CERTS.*up to 4 weeks late.*eu-west-1-bundle\.pem.*DATABASE_CA/],
  ]) {
    const environment = s.start(env, names);
    const refused = await environment.post(key(), order);
    assert.equal(refused.status, 500, JSON.stringify(refused.body));
    assert.match(refused.body.message, /certificate/);
    assert.match((await logged(environment)).advice ?? '', advice);
  }
  // With it, Node's own store has the authority.
  const extended = s.start({ DATABASE_CA: '', NODE_EXTRA_CA_CERTS: s.tls.ca });
  assert.equal((await extended.post(key(), order)).status, 201);
});

test('a token that expired opens no connection, and ends none', async () => {
  const environment = s.start();
  await environment.post(key(), order);
  s.iam.ahead = 901_000;
  assert.equal((await environment.post(key(), order)).status, 201);
  kill();
  const refused = await environment.post(key(), order);
  assert.deepEqual([refused.status, refused.body.outcome], [503, 'not written']);
  assert.match(refused.body.message, /refused the handler/);
  s.iam.ahead = 0;
  assert.equal((await environment.post(key(), order)).status, 201);
});

test('the log has the ids of a request, and nothing that is secret', async () => {
  const environment = s.start({ _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1' });
  const authorizer = { iam: { accessKey: 'AKIDSECRET', accountId: '111122223333', userArn: 'arn:aws:iam::111122223333:role/edge' } };
  let who;
  let asked = 0;
  do {
    who = await environment.get('/whoami', { context: { authorizer } });
    asked += 1;
  } while (who.body.role === 'unknown' && asked < 20);
  assert.equal(who.body.caller.userArn, authorizer.iam.userArn);
  assert.equal(who.body.role, 'writer');
  assert.equal(who.body.traceId, '1-5759e988-bd862e3fe1be46a994272793');
  await environment.post('secret-key', { card: 'secret-card' });
  const line = await logged(environment, asked + 1);
  assert.match(line.requestId, /^request-/);
  assert.match(line.apiRequestId, /^api-/);
  assert.equal(line.traceId, '1-5759e988-bd862e3fe1be46a994272793');
  assert.deepEqual([line.route, line.status, line.way], ['/orders', 201, 'writer']);
  const text = JSON.stringify([environment.lines, who]);
  for (const secret of ['secret-key', 'secret-card', 'X-Amz', 'AKID', 'AKIA', 'IQo']) assert.ok(!text.includes(secret), secret);
});

test('a thousand orders by four processes with retries: none twice, none missing', async () => {
  const [near, environments] = [await relay(), []];
  for (let count = 0; count < 4; count += 1) environments.push(s.start({}, { [READER]: REPLICA, [WRITER]: near.address }));
  // Each has orders of its own, and every seventh is sent by all four at about the same moment.
  const all = 1000;
  let left = all;
  let retries = 0;
  const client = async (environment, own) => {
    for (let number = 0; number < all; number += 1) {
      if (number % 4 !== own && number % 7) continue;
      const k = `many-${number}`;
      for (;;) {
        const { status, body } = await environment.post(k, { k });
        if (status === 201) break;
        assert.equal(status, 503, JSON.stringify(body));
        retries += 1;
      }
      if (number % 4 === own) left -= 1;
    }
  };
  const done = Promise.all(environments.map(client)).finally(() => { left = 0; });
  for (let faults = 0; faults < 8; faults += 1) {
    while (left > all - (faults + 1) * 100) await sleep(2);
    if (faults % 2) near.reset();
    else kill();
  }
  await done;
  assert.equal(sql("SELECT count(*) || ' ' || count(DISTINCT body) FROM orders WHERE idempotency_key LIKE 'many-%'"), `${all} ${all}`);
  const broken = environments.flatMap(({ lines }) => lines).filter((line) => line.failures).length;
  console.log(`# faults met by ${broken} requests, ${retries} of them sent again by the client`);
  assert.ok(broken > 0);
});

test('figures', async () => {
  const bytes = readFileSync(new URL('../../src/stacks/handler/dist/index.js', import.meta.url)).length;
  assert.ok(bytes <= 1024 * 1024, `${bytes} bytes`);
  const colds = [];
  for (let count = 0; count < 3; count += 1) {
    const began = performance.now();
    const environment = s.start();
    assert.equal((await environment.get('/orders/00000000-0000-4000-8000-000000000000', { headers: { consistency: 'eventual' } })).status, 404);
    colds.push(performance.now() - began);
    environment.stop();
  }
  const environment = s.start();
  const overheads = [];
  const totals = [];
  const requests = 1000;
  for (let count = 0; count < requests; count += 1) {
    if (count % 4 === 0) await environment.post(key(), order);
    else await environment.get('/orders', { query: { limit: '1' } });
  }
  await logged(environment, requests);
  for (const { ms, databaseMs } of environment.lines.slice(50)) {
    overheads.push(ms - databaseMs);
    totals.push(ms);
  }
  const p99 = (values) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)].toFixed(2);
  const [overhead, total, cold] = [p99(overheads), p99(totals), Math.max(...colds).toFixed(0)];
  console.log(`# bundle ${bytes} bytes; process start to first answer ${cold} ms at most of ${colds.length}; warm p99 ${total} ms, of which the handler's own ${overhead} ms`);
  // Load of others cannot fail the suite.
  if (process.env.GWCTL_THOROUGH) {
    assert.ok(Number(overhead) <= 5, `${overhead} ms`);
    assert.ok(Number(cold) <= 300, `${cold} ms`);
  }
});
