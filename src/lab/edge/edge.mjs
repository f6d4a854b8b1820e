// One edge location: what CloudFront does around the router, in the router's own Node (aws-facts §4, §5).
//
// TLS for clients, the origin-request and origin-response events, the request to the Region that the router chose, and
// CloudFront's own answers where there is none from a Region. Nothing is cached, as the template says. Clients speak
// HTTP/1.1 alone, and bodies travel whole.
//
// The lab writes JSON lines to stdin: the settings first, then orders. It reads JSON lines from stdout: the port, then
// one line an order. When stdin ends, so does this process.

import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import https from 'node:https';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

// What the function sees of a body (aws-facts §4.1).
const MOST_SEEN = 1_000_000;
// Latencies that are kept between two drains.
const MOST_LATENCIES = 100_000;
// Headers of one connection, not of the request (RFC 9110, 7.6.1).
const HOP_BY_HOP = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade',
]);
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

// For half of a round trip.
const travel = (rttMs) => rttMs && sleep(rttMs / 2);

let settings;
let handler; // the router's
let resolver;
let agent;
let counts = {};

// --- The lab's orders ---

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => obey(JSON.parse(line)));
lines.on('close', () => process.exit(0)); // whoever started this is gone

function obey(order) {
  if (!settings) start(order);
  else if (order.routes) Object.assign(settings, { routes: order.routes });
  else if (order.origin) Object.assign(settings, { origin: order.origin });
  if (order.drain === undefined) return;
  tell({ drain: order.drain, counts });
  counts = {};
}

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function start(given) {
  settings = given;
  Object.assign(process.env, settings.credentials);
  dns.setServers([settings.resolver]); // the router asks these
  resolver = new dns.promises.Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([settings.resolver]);
  ({ handler } = createRequire(import.meta.url)(settings.router));
  agent = new https.Agent({ keepAlive: true, ca: settings.authority, minVersion: 'TLSv1.2' });
  const { certificate: cert, key } = settings;
  const server = https.createServer({ cert, key, minVersion: 'TLSv1.2' }, (incoming, outgoing) => {
    serve(incoming, outgoing).catch((error) => {
      log('a request came to no end', error);
      outgoing.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('error', (error) => {
    log('the edge cannot listen', error);
    process.exit(1);
  });
  server.listen(settings.port, '127.0.0.1', () => tell({ port: server.address().port }));
}

function log(what, error) {
  console.error(JSON.stringify({ what, why: String(error) }));
}

// --- One request ---

async function serve(incoming, outgoing) {
  const body = await readAll(incoming);
  await travel(settings.clientRttMs);
  const began = performance.now();
  const answer = await answerTo(incoming, body);
  count(incoming.method, body, answer, performance.now() - began);
  await travel(settings.clientRttMs);
  outgoing.writeHead(Number(answer.status), flat(answer.headers));
  outgoing.end(answer.body);
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// { status, headers as in the events, body, region: who answered, or nothing }
async function answerTo(incoming, body) {
  const id = randomBytes(41).toString('base64url');
  const { origin } = settings;
  if (!(await resolves(origin.domain))) return own(502, id, `${origin.domain} cannot be resolved`);

  const request = requestOf(incoming, body);
  const routed = await handler(eventOf('origin-request', id, request));
  if (routed.status) return { headers: {}, body: '', ...routed };

  const answer = await forward(routed, body, id);
  if (!answer.region) return answer;
  const { status, headers, message } = answer;
  const response = { status: String(status), statusDescription: message, headers };
  const traced = await handler(eventOf('origin-response', id, routed, response));
  return { ...traced, body: answer.body, region: answer.region };
}

// CloudFront's own answer.
function own(status, id, why) {
  log('CloudFront answered by itself', why);
  const headers = eventHeaders(['Content-Type', 'text/html', 'X-Cache', 'Error from cloudfront', 'X-Amz-Cf-Id', id]);
  return { status, headers, body: `<h1>${status} ERROR</h1>\n` };
}

function count(method, sent, { status, region, body }, took) {
  const of = (counts[region ?? ''] ??= { good: 0, refused: 0, failed: 0, downloaded: 0, uploaded: 0, latencies_ms: [] });
  of[status < 400 ? 'good' : status < 500 ? 'refused' : 'failed'] += 1;
  if (REPEATABLE.has(method)) of.downloaded += Buffer.byteLength(body);
  else of.uploaded += sent.length;
  if (of.latencies_ms.length < MOST_LATENCIES) of.latencies_ms.push(took);
}

// --- The configured origin's name ---

const resolved = new Map(); // name -> until when its address may be kept
const asking = new Map(); // name -> the look-up in flight

// CloudFront resolves it before it runs the function; where it cannot, it answers 502 and runs none (aws-facts §4.1).
async function resolves(name) {
  if (performance.now() < resolved.get(name)) return true;
  if (!asking.has(name)) asking.set(name, resolve(name).finally(() => asking.delete(name)));
  return asking.get(name);
}

async function resolve(name) {
  const asked = performance.now();
  try {
    const found = await resolver.resolve4(name, { ttl: true });
    resolved.set(name, asked + 1000 * Math.min(...found.map(({ ttl }) => ttl)));
    return true;
  } catch {
    return false;
  }
}

// --- Events (aws-facts §4.2) ---

function eventOf(eventType, requestId, request, response) {
  const config = {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: settings.distribution,
    eventType,
    requestId,
  };
  return { Records: [{ cf: { config, request, ...(response && { response }) } }] };
}

function requestOf(incoming, body) {
  const [, uri, querystring = ''] = /^([^?]*)\??(.*)$/s.exec(incoming.url);
  const headers = eventHeaders(incoming.rawHeaders);
  set(headers, 'X-Forwarded-For', settings.clientIp);
  set(headers, 'Via', '1.1 lab.cloudfront.net (CloudFront)');
  if (body.length) set(headers, 'Content-Length', String(body.length));
  const { domain, headers: custom, includeBody } = settings.origin;
  return {
    clientIp: settings.clientIp,
    headers,
    method: incoming.method,
    querystring,
    uri,
    ...(includeBody && { body: bodyOf(body) }),
    origin: {
      custom: {
        customHeaders: eventHeaders(custom.flat()),
        domainName: domain,
        keepaliveTimeout: 5,
        path: '',
        port: 443,
        protocol: 'https',
        readTimeout: settings.responseTimeoutMs / 1000,
        sslProtocols: ['TLSv1.2'],
      },
    },
  };
}

function bodyOf(body) {
  return {
    action: 'read-only',
    data: body.subarray(0, MOST_SEEN).toString('base64'),
    encoding: 'base64',
    inputTruncated: body.length > MOST_SEEN,
  };
}

// From names and values in turn; the headers of one connection stay behind.
function eventHeaders(raw) {
  const headers = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    if (!HOP_BY_HOP.has(name)) (headers[name] ??= []).push({ key: raw[i], value: raw[i + 1] });
  }
  return headers;
}

function set(headers, key, value) {
  headers[key.toLowerCase()] = [{ key, value }];
}

// Names and values in turn.
function flat(headers) {
  return Object.entries(headers).flatMap(([name, all]) => all.flatMap(({ key, value }) => [key ?? name, value]));
}

// --- The Region ---

async function forward(request, body, id) {
  const { custom } = request.origin;
  const route = settings.routes[custom.domainName];
  if (!route) return own(502, id, `${custom.domainName} cannot be resolved`);
  await travel(route.rttMs);
  for (let left = settings.connectAttempts; ; ) {
    try {
      const response = await exchange(request, route, body, id);
      await travel(route.rttMs);
      return { ...response, region: route.region };
    } catch (error) {
      // Nothing was sent, or it may be sent again: the Region had closed a connection that was kept alive.
      const again = error.connected ? error.reused && REPEATABLE.has(request.method) : true;
      if (again && --left > 0) continue;
      await travel(route.rttMs);
      return own(error.late ? 504 : 502, id, `${custom.domainName}: ${error}`);
    }
  }
}

function exchange(request, route, body, id) {
  const { custom } = request.origin;
  const headers = { ...request.headers, ...custom.customHeaders };
  set(headers, 'X-Amz-Cf-Id', id); // after the function has run (aws-facts §5.2)
  return new Promise((resolve, reject) => {
    const sending = https.request({
      agent,
      host: route.host,
      port: route.port,
      servername: custom.domainName,
      method: request.method,
      path: custom.path + request.uri + (request.querystring && `?${request.querystring}`),
      headers: flat(headers),
    });
    let connected = false;
    let late = false;
    const tooLate = () => {
      late = true;
      sending.destroy(new Error('no answer in time'));
    };
    const connecting = setTimeout(tooLate, settings.connectTimeoutMs);
    const isConnected = () => {
      connected = true;
      clearTimeout(connecting);
      sending.setTimeout(settings.responseTimeoutMs, tooLate);
    };
    sending.on('socket', (socket) => {
      if (sending.reusedSocket) isConnected();
      else socket.once('secureConnect', isConnected);
    });
    const failed = (error) => {
      clearTimeout(connecting);
      reject(Object.assign(error, { connected, late, reused: sending.reusedSocket }));
    };
    sending.on('error', failed);
    sending.on('response', (incoming) => {
      const { statusCode: status, statusMessage: message, rawHeaders } = incoming;
      readAll(incoming).then((body) => resolve({ status, message, headers: eventHeaders(rawHeaders), body }), failed);
    });
    sending.end(body);
  });
}
