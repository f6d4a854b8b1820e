'use strict';

// The signatures of the router against those of botocore.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const path = require('node:path');
const { test } = require('node:test');

const { cname } = require('./dns_server.js');
const { CREDENTIALS, HOSTS, assertSentTo, randomness, sandbox, withCredentials } = require('./fixtures.js');

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
const UNRESERVED = 'abcXYZ019-._~';
const RESERVED = ":/?#[]@!$&'()*+,;=";

function signWithBotocore(cases) {
  const python = process.env.PYTHON || 'python3';
  const input = JSON.stringify(cases);
  const run = spawnSync(python, [path.join(__dirname, 'sigv4.py')], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.error) assert.fail(`${python} cannot be run (PYTHON names another interpreter): ${run.error.message}`);
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

/** Sends each request through one sandbox; gives what was signed, and the signature. */
async function signWithRouter(t, requests) {
  const { server, send } = await sandbox(t);
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  server.answer = (query) => cname(HOSTS[query.name.split('.')[0]])(query);
  const signed = [];
  for (const { region, credentials = CREDENTIALS, date = Date.UTC(2026, 10, 22, 9, 8, 7), body, ...rest } of requests) {
    withCredentials(t, credentials);
    t.mock.timers.setTime(date);
    const settings = { 'x-gwctl-latency-record': `${region}.example.com`, 'x-gwctl-authorization': 'iam' };
    const request = await send({ settings, ...rest, ...(body && { body }) });
    assertSentTo(region, request);
    const { authorization, host } = request.headers;
    const given = {
      method: rest.method,
      host: host[0].value,
      path: (rest.origin?.path ?? '') + rest.uri,
      body: body ? Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8').toString('base64') : '',
      region,
      id: credentials.AWS_ACCESS_KEY_ID,
      secret: credentials.AWS_SECRET_ACCESS_KEY,
      token: credentials.AWS_SESSION_TOKEN ?? null,
      time: new Date(date).toISOString().replace(/[-:]|\.\d+/g, ''),
    };
    signed.push({ given, sent: request.querystring, authorization: authorization[0].value });
  }
  return signed;
}

function assertAllEqual(signed, queryOf) {
  const cases = signed.map((one) => ({ ...one.given, query: queryOf(one) }));
  const expected = signWithBotocore(cases);
  assert.equal(expected.length, signed.length);
  for (const [place, { authorization }] of signed.entries()) {
    assert.equal(authorization, expected[place], JSON.stringify(cases[place]));
  }
}

function request(values) {
  return { region: 'eu-west-1', method: 'GET', uri: '/', querystring: '', ...values };
}

test('paths are signed as botocore signs them', async (t) => {
  const paths = [
    '/',
    '//',
    '/a',
    '/a/',
    '/a//b///c',
    '/./a/./b/.',
    '/a/../b',
    '/../../a/..',
    '/a/b/../',
    '/a%20b/%2F/%2f/%e9/%C3%A9',
    '/100%25/%zz/%',
    '/\u00e9/\u65e5\u672c/\ud83d\ude00',
    `/${UNRESERVED}`,
    "/:@!$&'()*+,;=[]",
    '/a b/"<>\\^`{|}',
    '/orders/2026-11-22T09:08:07Z',
  ];
  const requests = paths.map((uri) => request({ uri, origin: { path: uri.length % 2 ? '/prod' : '' } }));
  assertAllEqual(await signWithRouter(t, requests), ({ sent }) => sent);
});

test("queries are signed as botocore signs the client's decoded pairs, and the URL as sent", async (t) => {
  const queries = {
    'b=2&a=1&b=1&a=': [
      ['b', '2'],
      ['a', '1'],
      ['b', '1'],
      ['a', ''],
    ],
    'a=1&a-=2&a.=3&a0=4&aA=5&aa=6&a~=7&a%20=8': [
      ...['a', 'a-', 'a.', 'a0', 'aA', 'aa', 'a~', 'a '].map((name, place) => [name, `${place + 1}`]),
    ],
    'Z=1&a=1&_=1&%C3%A9=1&~=1': [
      ['Z', '1'],
      ['a', '1'],
      ['_', '1'],
      ['\u00e9', '1'],
      ['~', '1'],
    ],
    'q=a+b': [['q', 'a b']],
    'q=a%20b': [['q', 'a b']],
    'q=a%2Bb': [['q', 'a+b']],
    'q=%25&r=%2525': [
      ['q', '%'],
      ['r', '%25'],
    ],
    'q=100%': [['q', '100%']],
    'a&b=&=c': [
      ['a', ''],
      ['b', ''],
      ['', 'c'],
    ],
    'a=b=c&d==': [
      ['a', 'b=c'],
      ['d', '='],
    ],
    '&&a=1&&': [['a', '1']],
    "q=!*'();:@,/?$[]": [['q', "!*'();:@,/?$[]"]],
    'q=\u00e9\u65e5\ud83d\ude00': [['q', '\u00e9\u65e5\ud83d\ude00']],
    'q=%c3%a9%7e%2D': [['q', '\u00e9~-']],
    '%61=%62': [['a', 'b']],
    '\ud83d\ude00=1&\uffee=2': [
      ['\ud83d\ude00', '1'],
      ['\uffee', '2'],
    ],
  };
  const requests = Object.keys(queries).map((querystring) => request({ querystring }));
  const signed = await signWithRouter(t, requests);
  const pairs = Object.values(queries);
  assertAllEqual(signed, (one) => pairs[signed.indexOf(one)]);
  assertAllEqual(signed, ({ sent }) => sent);
});

test('bytes that are not UTF-8 are signed as they are sent', async (t) => {
  const signed = await signWithRouter(t, [request({ querystring: 'q=%e9%FF%80' })]);
  assert.equal(signed[0].sent, 'q=%E9%FF%80');
  assertAllEqual(signed, ({ sent }) => sent);
});

test('bodies are signed as botocore signs them', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const bodies = [
    { data: '', encoding: 'base64' },
    { data: bytes.toString('base64'), encoding: 'base64' },
    { data: Buffer.alloc(1_000_000, 'a').toString('base64'), encoding: 'base64' },
    { data: '{"caf\u00e9": "\ud83d\ude00"}', encoding: 'text' },
  ].map((body) => ({ action: 'read-only', inputTruncated: false, ...body }));
  const requests = [undefined, ...bodies].map((body) =>
    request({ method: 'POST', body, sent: body && { 'Content-Length': '9' } }),
  );
  assertAllEqual(await signWithRouter(t, requests), ({ sent }) => sent);
});

test('a new day, other credentials and another Region change the signing key', async (t) => {
  const rotated = {
    AWS_ACCESS_KEY_ID: 'ASIAROTATED',
    AWS_SECRET_ACCESS_KEY: 'another/secret',
    AWS_SESSION_TOKEN: 'next',
  };
  const withoutToken = { ...CREDENTIALS, AWS_SESSION_TOKEN: undefined };
  const midnight = Date.UTC(2026, 11, 31, 24);
  const requests = [
    request({ date: midnight - 1 }),
    request({ date: midnight }),
    request({ date: midnight, region: 'us-east-1' }),
    request({ date: midnight, credentials: rotated }),
    request({ date: midnight, credentials: withoutToken }),
    request({ date: midnight - 1, region: 'us-east-1', credentials: rotated }),
    request({ date: midnight - 1 }),
  ];
  const signed = await signWithRouter(t, requests);
  assertAllEqual(signed, ({ sent }) => sent);
  assert.equal(
    new Set(signed.map(({ authorization }) => authorization)).size,
    6,
    'the first and the last are the same',
  );
});

test('a signing key is derived once for a Region and a day', async (t) => {
  const hmac = t.mock.method(crypto, 'createHmac').mock;
  const regions = ['eu-west-1', 'us-east-1', 'eu-west-1', 'us-east-1', 'eu-west-1'];
  await signWithRouter(
    t,
    regions.map((region) => request({ region })),
  );
  assert.equal(hmac.callCount(), 2 * 4 + regions.length, 'four to derive a key, one to sign');
});

test('random requests are signed as botocore signs them (1500 seeded)', async (t) => {
  const random = randomness(42);
  const alphabets = [UNRESERVED, `${UNRESERVED}${RESERVED}`, '%2aF\u00e9 +', 'a\u00e9\u65e5"<>\\^`{|}'];
  const spell = (text) =>
    random.pick([encodeURIComponent, (raw) => encodeURIComponent(raw).replaceAll('%20', '+'), encodeURI])(text);
  const anyText = () => random.text(random.pick(alphabets), random.below(9));
  const requests = [];
  const pairsOf = [];
  for (let round = 0; round < 1500; round++) {
    const pairs = Array.from({ length: random.below(6) }, () => [anyText(), anyText()]);
    const segments = Array.from({ length: random.below(6) }, () =>
      random.pick(['', '.', '..', anyText(), encodeURIComponent(anyText())]),
    );
    // encodeURI leaves what would end a pair or the pair's name; `+` it would leave to mean a space.
    const unambiguous = (text) => (/[&=+#]/.test(text) ? encodeURIComponent(text) : spell(text));
    const data = random.text('abc\u00e9\n{}', random.below(40));
    const encoding = random.pick(['base64', 'text']);
    const method = random.pick(METHODS);
    pairsOf.push(pairs);
    requests.push({
      region: random.pick(Object.keys(HOSTS)),
      method,
      uri: `/${segments.join('/').replace(/[?#]/g, '')}`,
      origin: { path: random.pick(['', '', '/prod']) },
      querystring: pairs.map((pair) => pair.map(unambiguous).join('=')).join('&'),
      body: ['GET', 'HEAD', 'OPTIONS'].includes(method)
        ? undefined
        : {
            action: 'read-only',
            inputTruncated: false,
            encoding,
            data: encoding === 'text' ? data : btoa(encodeURI(data)),
          },
      credentials: random.pick([CREDENTIALS, { ...CREDENTIALS, AWS_SESSION_TOKEN: undefined }]),
      date: Date.UTC(
        2026,
        random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60),
      ),
    });
  }
  const signed = await signWithRouter(t, requests);
  assertAllEqual(signed, (one) => pairsOf[signed.indexOf(one)]);
  assertAllEqual(signed, ({ sent }) => sent);
});
