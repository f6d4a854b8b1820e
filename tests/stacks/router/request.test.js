'use strict';

// What becomes of a request and of a response, besides the Region they go to and come from.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');

const { CODE, cname, failure } = require('./dns_server.js');
const {
  CREDENTIALS,
  HOSTS,
  ROUTER,
  assertRefused,
  assertSentTo,
  headers,
  loadRouter,
  originRequest,
  originResponse,
  randomness,
  sandbox,
  withCredentials,
} = require('./fixtures.js');

const IAM = { 'x-gwctl-authorization': 'iam' };
const SPOOFED = {
  'X-Gwctl-Region': 'us-east-1',
  'X-Gwctl-Regions': 'eu-west-1=attacker.example.net',
  'x-gwctl-fallback': 'us-east-1',
  'x-gwctl-authorization': 'iam',
  'x-gwctl-anything': 'else',
};

test('settings do not leak to the origin, and other custom headers stay', async (t) => {
  const { send } = await sandbox(t);
  const settings = { 'x-gwctl-fallback': 'us-east-1', 'x-gwctl-max-ttl': '5', 'x-gwctl-of-tomorrow': '1', ...IAM };
  withCredentials(t);
  const request = await send({ settings });
  assert.deepEqual(request.origin.custom.customHeaders, headers({ 'X-Origin-Note': 'kept' }));
  const ours = Object.keys(request.headers).filter((name) => name.startsWith('x-gwctl-'));
  assert.deepEqual(ours, ['x-gwctl-region']);
});

test("a client's x-gwctl headers are neither settings nor trace", async (t) => {
  const { send } = await sandbox(t);
  const request = await send({ sent: { ...SPOOFED, Authorization: 'Bearer a' } });
  assertSentTo('eu-west-1', request);
  const ours = Object.keys(request.headers).filter((name) => name.startsWith('x-gwctl-'));
  assert.deepEqual(ours, ['x-gwctl-region']);
  assert.equal(request.headers['x-gwctl-region'].length, 1);
  assert.equal(request.headers.authorization[0].value, 'Bearer a');
});

test('without IAM a bearer token and all the rest pass byte for byte', async (t) => {
  const { send } = await sandbox(t);
  withCredentials(t);
  const token = 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.a+b/c==  two  spaces ';
  const options = {
    method: 'POST',
    uri: '/a//b/../%2e/\u00e9%zz',
    querystring: 'q=a+b&&c&%zz=%e9&b=2&a=1',
    sent: { Authorization: token, 'X-Amz-Date': 'mine', 'X-Amz-Security-Token': 'mine' },
    body: { action: 'read-only', data: 'aGVsbG8=', encoding: 'base64', inputTruncated: true },
  };
  for (const authorization of [undefined, 'none', 'jwt', '']) {
    const request = await send({ ...options, settings: { 'x-gwctl-authorization': authorization } });
    const expected = originRequest({ ...options, origin: { domainName: HOSTS['eu-west-1'] } }).Records[0].cf.request;
    expected.origin.custom.customHeaders = headers({ 'X-Origin-Note': 'kept' });
    Object.assign(expected.headers, headers({ host: HOSTS['eu-west-1'], 'x-gwctl-region': 'eu-west-1' }));
    assert.deepEqual(request, expected);
  }
});

test("with IAM the client's Authorization, date, hash and session token are replaced", async (t) => {
  const { send } = await sandbox(t);
  const sent = {
    Authorization: 'AWS4-HMAC-SHA256 Credential=MINE/20260101/us-east-1/execute-api/aws4_request, Signature=0',
    'X-Amz-Date': '20260101T000000Z',
    'X-Amz-Content-SHA256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Security-Token': 'mine',
  };
  withCredentials(t);
  const signed = (await send({ settings: IAM, sent })).headers;
  assert.match(
    signed.authorization[0].value,
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\//,
  );
  assert.match(signed['x-amz-date'][0].value, /^20\d{6}T\d{6}Z$/);
  assert.notEqual(signed['x-amz-date'][0].value, '20260101T000000Z');
  assert.match(signed['x-amz-content-sha256'][0].value, /^e3b0c442/);
  assert.equal(signed['x-amz-security-token'][0].value, CREDENTIALS.AWS_SESSION_TOKEN);

  withCredentials(t, { ...CREDENTIALS, AWS_SESSION_TOKEN: undefined });
  const withoutToken = (await send({ settings: IAM, sent })).headers;
  assert.equal(withoutToken['x-amz-security-token'], undefined);
  for (const values of Object.values(withoutToken)) assert.equal(values.length, 1);
});

test('with IAM the query is sent in the spelling that is signed, in its order', async (t) => {
  const { send } = await sandbox(t);
  withCredentials(t);
  const spellings = {
    'b=2&a=1&b=1': 'b=2&a=1&b=1',
    'q=a+b%2Bc%20d': 'q=a%20b%2Bc%20d',
    "q=!*'();:@,/?$[]": 'q=%21%2A%27%28%29%3B%3A%40%2C%2F%3F%24%5B%5D',
    'q=%7e%2d%41%2f%c3%a9': 'q=~-A%2F%C3%A9',
    'q=\u00e9%e9': 'q=%C3%A9%E9',
    'q=100%&r=%zz': 'q=100%25&r=%25zz',
    '&&a&b=&=c&': 'a=&b=&=c',
    'a=b=c': 'a=b%3Dc',
    '': '',
  };
  for (const [sent, spelling] of Object.entries(spellings)) {
    assert.equal((await send({ settings: IAM, querystring: sent })).querystring, spelling);
  }
});

test('with IAM a truncated body is refused with 413', async (t) => {
  const { send } = await sandbox(t);
  withCredentials(t);
  const body = { action: 'read-only', data: 'aGVsbG8=', encoding: 'base64', inputTruncated: true };
  assertRefused(await send({ settings: IAM, method: 'POST', body }), { status: '413', message: /1 MB/ });
});

test('with IAM a body that the router is not shown is refused, and no body is not', async (t) => {
  const { send } = await sandbox(t);
  withCredentials(t);
  for (const sent of [{ 'Content-Length': '7' }, { 'Transfer-Encoding': 'chunked' }]) {
    assertRefused(await send({ settings: IAM, method: 'POST', sent }), { message: /IncludeBody/ });
  }
  assertSentTo('eu-west-1', await send({ settings: IAM, method: 'DELETE', sent: { 'Content-Length': '0' } }));
});

test('with IAM and without credentials the request is refused', async (t) => {
  const { send } = await sandbox(t);
  assertRefused(await send({ settings: IAM }), { message: /credentials/ });
});

test('what is missing in an event is said', async (t) => {
  const { handler } = await sandbox(t);
  withCredentials(t);
  const customHeaders = (change) => (cf) => change(cf.request.origin.custom.customHeaders);
  const cases = [
    [() => undefined, /neither an origin-request nor an origin-response/],
    [(cf) => delete cf.config, /neither an origin-request nor an origin-response/],
    [(cf) => (cf.config.eventType = 'viewer-request'), /neither an origin-request nor an origin-response/],
    [(cf) => delete cf.request, /no custom origin/],
    [(cf) => delete cf.request.origin, /no custom origin/],
    [(cf) => (cf.request.origin = { s3: { domainName: 'b.s3.amazonaws.com' } }), /no custom origin/],
    [(cf) => delete cf.request.headers, /no headers/],
    [(cf) => delete cf.request.origin.custom.customHeaders, /x-gwctl-latency-record/],
    [customHeaders((given) => delete given['x-gwctl-latency-record']), /x-gwctl-latency-record/],
    [customHeaders((given) => (given['x-gwctl-latency-record'] = [])), /x-gwctl-latency-record/],
    [customHeaders((given) => delete given['x-gwctl-regions']), /x-gwctl-regions/],
    [customHeaders((given) => (given['x-gwctl-regions'][0].value = 'eu-west-1, =a, b=')), /x-gwctl-regions/],
    [customHeaders((given) => (given['x-gwctl-regions'][0].value = 7)), /x-gwctl-regions/],
    [(cf) => delete cf.request.uri, /no uri/],
    [(cf) => delete cf.request.method, /no method/],
  ];
  for (const [change, message] of cases) {
    const event = originRequest({ settings: IAM });
    if (change(event.Records[0].cf) === undefined) event.Records = [];
    assertRefused(await handler(event), { message });
  }
});

test('the response says which Region answered', async () => {
  const event = originResponse({
    sent: { 'x-gwctl-region': 'eu-west-1' },
    received: { 'X-Gwctl-Region': 'us-east-1', 'Set-Cookie': 'a=b' },
  });
  const { response } = structuredClone(event).Records[0].cf;
  response.headers['x-gwctl-region'] = [{ key: 'x-gwctl-region', value: 'eu-west-1' }];
  assert.deepEqual(await loadRouter()(event), response);
});

test('a response without a trace, or malformed, is left as it is', async () => {
  const changes = [
    () => {},
    (cf) => delete cf.request,
    (cf) => delete cf.request.headers,
    (cf) => (cf.request.headers['x-gwctl-region'] = []),
    (cf) => (cf.request.headers['x-gwctl-region'] = [{ key: 'x-gwctl-region' }]),
    (cf) => delete cf.response.headers,
    (cf) => (cf.response.headers = 'none'),
    (cf) => delete cf.response.status,
  ];
  for (const [place, change] of changes.entries()) {
    const event = originResponse({ sent: place > 4 ? { 'x-gwctl-region': 'eu-west-1' } : {} });
    change(event.Records[0].cf);
    const before = structuredClone(event.Records[0].cf.response);
    const after = await loadRouter()(event);
    if (place === 7) before.headers['x-gwctl-region'] = [{ key: 'x-gwctl-region', value: 'eu-west-1' }];
    assert.deepEqual(after, before);
  }
});

test('an origin-response event without a response is answered with 503', async (t) => {
  const { handler } = await sandbox(t);
  const event = originResponse();
  delete event.Records[0].cf.response;
  assertRefused(await handler(event));
});

test('events that are no events at all are answered with 503', async (t) => {
  const { handler } = await sandbox(t);
  const records = [[], {}, 7, null, [null], [7], ['cf'], [{}], [{ cf: null }], [{ cf: 7 }], [{ cf: { config: null } }]];
  for (const event of [undefined, null, 7, 'event', [], {}, ...records.map((Records) => ({ Records }))]) {
    assertRefused(await handler(event));
  }
});

test('malformed events never throw (2000 seeded mutations)', async (t) => {
  const { server, handler, passSeconds } = await sandbox(t);
  withCredentials(t);
  const random = randomness(4711);
  const garbage = () =>
    structuredClone(
      random.pick([
        null,
        true,
        0,
        -1,
        1e400,
        '',
        ' ',
        '%',
        '\ud800',
        '\0',
        'iam',
        'a=b',
        [],
        [null],
        [[]],
        {},
        { key: 'a' },
      ]),
    );
  const places = (value, found = []) => {
    for (const key of Object.keys(value)) {
      found.push([value, key]);
      if (typeof value[key] === 'object' && value[key] !== null) places(value[key], found);
    }
    return found;
  };
  const outcomes = { request: 0, response: 0, refusal: 0 };
  for (let round = 0; round < 2000; round++) {
    const options = { settings: IAM, method: 'POST', sent: SPOOFED, querystring: 'a=b&c=d' };
    const body = { action: 'read-only', data: 'aGVsbG8=', encoding: 'base64', inputTruncated: false };
    const event = random.below(4) ? originRequest({ ...options, body }) : originResponse(options);
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      const [holder, key] = random.pick([...places(event), [{}, 'an event that is empty by now']]);
      if (random.below(3)) holder[key] = garbage();
      else delete holder[key];
    }
    server.answer = round % 7 ? cname(HOSTS['us-east-1']) : failure(CODE.SERVFAIL);
    passSeconds(60);
    const { response } = event.Records?.[0]?.cf ?? {};
    const answer = await handler(event);
    if (answer === response && response) outcomes.response++;
    else if (answer.body && answer.statusDescription === 'Service Unavailable') {
      assertRefused(answer);
      outcomes.refusal++;
    } else if (answer.status === '413') assertRefused(answer, { status: '413' });
    else {
      assertSentTo(answer.headers['x-gwctl-region'][0].value, answer);
      assert.match(answer.headers.authorization?.[0].value ?? 'AWS4', /^AWS4/);
      outcomes.request++;
    }
  }
  for (const [outcome, count] of Object.entries(outcomes)) assert.ok(count > 100, `${outcome}: only ${count} times`);
});

test('the function can be inlined in a template: ASCII, short, with nothing but Node.js', () => {
  const source = fs.readFileSync(ROUTER, 'utf8');
  assert.match(source, /^[\n\x20-\x7e]*$/);
  assert.ok(source.length < 18_000, `${source.length} bytes`);
  const required = [...source.matchAll(/require\('(.*?)'\)/g)].map(([, name]) => name);
  for (const name of required) assert.match(name, /^node:/);
});
