'use strict';

// What the tests share: CloudFront's events, the router as a new sandbox has it, its DNS server and its clock.

const assert = require('node:assert/strict');
const dns = require('node:dns');

const { DnsServer, cname } = require('./dns_server.js');

const ROUTER = require.resolve('../../../src/stacks/router/index.js');
const RECORD = 'latency.orders.example.com';
const HOSTS = {
  'eu-west-1': 'eu-west-1.api.orders.example.com',
  'us-east-1': 'us-east-1.api.orders.example.com',
  'ap-northeast-1': 'ap-northeast-1.api.orders.example.com',
};
const SETTINGS = {
  'x-gwctl-latency-record': RECORD,
  'x-gwctl-regions': Object.entries(HOSTS)
    .map(([region, host]) => `${region}=${host}`)
    .join(','),
};
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'AQoDYXdzEPT//////////wEXAMPLE==',
};

/** Headers as CloudFront gives them: lower-case names, each with the spelling on the wire and the value. */
function headers(values) {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), [{ key, value }]]));
}

function originEvent(eventType, request, response) {
  const config = {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType,
    requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
  };
  return { Records: [{ cf: { config, request, ...(response && { response }) } }] };
}

function clientRequest({ settings = {}, sent = {}, origin = {}, ...request } = {}) {
  return {
    clientIp: '203.0.113.178',
    headers: headers({
      'X-Forwarded-For': '203.0.113.178',
      'User-Agent': 'curl/8.5.0',
      Via: '2.0 2afae0d44e2540f472c0635ab62c232b.cloudfront.net (CloudFront)',
      Host: 'api.orders.example.com',
      ...sent,
    }),
    method: 'GET',
    querystring: '',
    uri: '/orders',
    origin: {
      custom: {
        customHeaders: headers({ 'X-Origin-Note': 'kept', ...SETTINGS, ...settings }),
        domainName: 'origin.orders.example.com',
        keepaliveTimeout: 5,
        path: '',
        port: 443,
        protocol: 'https',
        readTimeout: 30,
        sslProtocols: ['TLSv1.2'],
        ...origin,
      },
    },
    ...request,
  };
}

/** `settings` and `sent` are the origin's and the client's headers, `origin` and the rest fields of the request. */
function originRequest(options) {
  return originEvent('origin-request', clientRequest(options));
}

function originResponse({ sent = {}, received = {} } = {}) {
  const response = {
    headers: headers({ 'Content-Type': 'application/json', ...received }),
    status: '200',
    statusDescription: 'OK',
  };
  return originEvent('origin-response', clientRequest({ sent }), response);
}

/** The router as a new sandbox loads it: nothing remembered. */
function loadRouter() {
  delete require.cache[ROUTER];
  return require(ROUTER).handler;
}

/** A new sandbox with a DNS server that names eu-west-1, a clock that stands still, and no credentials. */
async function sandbox(t) {
  const server = await DnsServer.start();
  t.after(() => server.stop());
  server.answer = cname(HOSTS['eu-west-1']);
  dns.setServers([server.address]);

  const log = t.mock.method(console, 'error', () => {}).mock;
  let now = 1_000_000;
  t.mock.method(performance, 'now', () => now);
  withCredentials(t, {});
  const handler = loadRouter();
  return {
    server,
    handler,
    log: () => log.calls.map((call) => call.arguments.join(' ')).join('\n'),
    passSeconds: (seconds) => (now += seconds * 1000),
    send: (options) => handler(originRequest(options)),
  };
}

function withCredentials(t, credentials = CREDENTIALS) {
  const before = Object.keys(CREDENTIALS).map((name) => [name, process.env[name]]);
  const set = (values) => {
    for (const [name, value] of values) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(before.map(([name]) => [name, credentials[name]]));
  t.after(() => set(before));
}

function assertSentTo(region, request) {
  assert.equal(request.status, undefined, `refused: ${request.body}`);
  assert.equal(request.origin.custom.domainName, HOSTS[region]);
  assert.equal(request.headers.host[0].value, HOSTS[region]);
  assert.equal(request.headers['x-gwctl-region'][0].value, region);
}

function assertRefused(response, { status = '503', message = /./ } = {}) {
  assert.equal(response.status, status);
  assert.match(JSON.parse(response.body).message, message);
  assert.equal(response.headers['content-type'][0].value, 'application/json');
  assert.equal(response.headers['cache-control'][0].value, 'no-store');
  assert.equal(response.headers['x-gwctl-region'][0].value, 'none');
  assert.equal(response.headers['retry-after']?.[0].value, status === '503' ? '5' : undefined);
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32), and choices made with them. */
function randomness(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const pick = (choices) => choices[below(choices.length)];
  return { below, pick, text: (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('') };
}

module.exports = {
  CREDENTIALS,
  HOSTS,
  RECORD,
  ROUTER,
  SETTINGS,
  assertRefused,
  assertSentTo,
  headers,
  loadRouter,
  originRequest,
  originResponse,
  randomness,
  sandbox,
  withCredentials,
};
