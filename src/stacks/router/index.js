'use strict';

// The edge router: one Lambda@Edge function for both events of a distribution's origin.
//
// origin-request: asks DNS for the latency record, whose CNAME answer is the endpoint of the Region best for the place
// this function runs in, and sends the request there; for an API with IAM authorization, signed again for that Region.
// origin-response: tells the client which Region answered.
//
// Lambda@Edge has no environment variables of its own, so settings arrive as custom headers of the origin:
//   x-gwctl-latency-record  name of the latency record set, which must hold CNAME records
//   x-gwctl-regions         REGION=HOST,...: the Regions the fleet is in and the endpoint of each
//   x-gwctl-fallback        Region to use while DNS has not answered yet (optional)
//   x-gwctl-max-ttl         longest time to keep an answer, in seconds (optional, 60)
//   x-gwctl-authorization   `iam` to sign; anything else leaves the client's Authorization as it is (optional)

const crypto = require('node:crypto');
const dgram = require('node:dgram');
const dns = require('node:dns');
const { on } = require('node:events');
const net = require('node:net');

const DEFAULT_MAX_TTL_S = 60;
const TRIES = 2;
const TRY_MS = 400;

// How long a failed look-up is remembered. Without it every request would wait for both tries (0.8 s) while DNS is
// down. Long enough that few requests wait, short beside a record's usual TTL of 60 s, so DNS is soon believed again.
const RETRY_S = 5;

// The platform's resolver tells no TTL: keep what it says for hardly longer than a burst of requests.
const UNKNOWN_TTL_S = 1;

exports.handler = async (event) => {
  try {
    const { config, request, response } = event?.Records?.[0]?.cf ?? {};
    if (config?.eventType === 'origin-request') return await route(request);
    if (config?.eventType === 'origin-response' && isObject(response)) return trace(request, response);
    throw new Refusal('the event is neither an origin-request nor an origin-response');
  } catch (error) {
    return refuse(error);
  }
};

async function route(request) {
  const settings = readSettings(request);
  const site = await chooseSite(settings);
  const { custom } = request.origin;
  removeOurs(custom.customHeaders); // the settings stay here
  removeOurs(request.headers); // and a client cannot make up a trace
  custom.domainName = site.host;
  setHeader(request.headers, 'host', site.host);
  setHeader(request.headers, 'x-gwctl-region', site.region);
  if (settings.iam) sign(request, site);
  return request;
}

function trace(request, response) {
  const region = getHeader(request?.headers, 'x-gwctl-region');
  if (region && isObject(response.headers)) setHeader(response.headers, 'x-gwctl-region', region);
  return response;
}

// A refusal is the function's own answer; its message goes to the client.
class Refusal extends Error {
  constructor(message, status = '503', statusDescription = 'Service Unavailable') {
    super(message);
    Object.assign(this, { status, statusDescription });
  }
}

function refuse(error) {
  const refusal = error instanceof Refusal ? error : new Refusal('the router failed; its log says why');
  const { message, status, statusDescription } = refusal;
  const headers = {};
  setHeader(headers, 'content-type', 'application/json');
  setHeader(headers, 'cache-control', 'no-store');
  setHeader(headers, 'x-gwctl-region', 'none');
  if (status === '503') {
    setHeader(headers, 'retry-after', String(RETRY_S));
    log('a request was refused', error);
  }
  return { status, statusDescription, headers, body: JSON.stringify({ message }) };
}

function log(what, error) {
  console.error(JSON.stringify({ what, why: String(error) })); // JSON, as DNS may put control characters in an error
}

// --- Settings and headers ---

function readSettings(request) {
  const custom = request?.origin?.custom;
  if (!custom) throw new Refusal('the request has no custom origin');
  if (!isObject(request.headers)) throw new Refusal('the request has no headers');
  const setting = (name) => getHeader(custom.customHeaders, `x-gwctl-${name}`).trim();

  const record = setting('latency-record').toLowerCase().replace(/\.$/, '');
  if (!record) throw new Refusal('the origin has no custom header x-gwctl-latency-record');
  const sites = readSites(setting('regions'));
  if (!sites.length) throw new Refusal('the origin has no custom header x-gwctl-regions with a REGION=HOST pair');
  const maxTtl = setting('max-ttl');
  return {
    record,
    sites,
    fallback: setting('fallback'),
    maxTtl: /^\d+$/.test(maxTtl) ? Number(maxTtl) : DEFAULT_MAX_TTL_S,
    iam: setting('authorization').toLowerCase() === 'iam',
  };
}

function readSites(list) {
  const pairs = list.split(',').map((pair) => /^\s*([a-z0-9-]+)\s*=\s*([a-z0-9.-]*[a-z0-9])\.?\s*$/i.exec(pair));
  return pairs.filter(Boolean).map(([, region, host]) => ({ region, host: host.toLowerCase() }));
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function getHeader(headers, name) {
  const value = headers?.[name]?.[0]?.value;
  return typeof value === 'string' ? value : '';
}

function setHeader(headers, name, value) {
  headers[name] = [{ key: name, value }];
}

function removeOurs(headers) {
  for (const name of Object.keys(headers)) if (/^x-gwctl-/i.test(name)) delete headers[name];
}

// --- The choice of a Region ---

// Latency record -> its last good answer `host`, good until `expires`; after a failure not asked for before `retry`;
// `refresh` is the look-up in flight, shared by all that wait for it. Times are of the monotonic clock.
const answers = new Map();

async function chooseSite({ record, sites, fallback, maxTtl }) {
  if (!answers.has(record)) answers.set(record, { expires: 0, retry: 0 });
  const answer = answers.get(record);
  const siteOf = (host) => sites.find((site) => site.host === host);

  const now = performance.now();
  const fresh = now < answer.expires && siteOf(answer.host);
  if (!fresh && now >= answer.retry) {
    answer.refresh ??= refresh(answer, record, siteOf, maxTtl).finally(() => delete answer.refresh);
    await answer.refresh;
  }
  const site = siteOf(answer.host) ?? sites.find(({ region }) => region === fallback);
  if (!site) throw new Refusal('DNS names none of the x-gwctl-regions, nor does x-gwctl-fallback');
  return site;
}

async function refresh(answer, record, siteOf, maxTtl) {
  const asked = performance.now(); // an answer ages from here on: it is never kept longer than its TTL
  try {
    const { host, ttl } = await lookUp(record);
    // DNS is untrusted input: it may choose among the fleet's endpoints, not name a host of its own.
    if (!siteOf(host)) throw new Error(`${host} is not an endpoint of the fleet`);
    Object.assign(answer, { host, expires: asked + Math.min(ttl, maxTtl) * 1000 });
  } catch (error) {
    answer.retry = performance.now() + RETRY_S * 1000; // until then the last good answer, or the fallback, serves
    log(`DNS gave no answer for ${record}`, error);
  }
}

// --- DNS: node's own resolver gives no TTL for a CNAME, so the question is asked here (RFC 1035) ---

const CNAME = 5;
const IN = 1;

async function lookUp(name) {
  const servers = dns.getServers();
  let failure = new Error('there is no DNS server to ask');
  for (let tried = 0; tried < TRIES && servers.length; tried++) {
    const server = servers[tried % servers.length];
    try {
      const query = encodeQuery(name);
      const answer = decodeAnswer(await exchange(server, query), query.length, name);
      return answer ?? (await lookUpOverTcp(server, name));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function exchange(server, query) {
  const { address, port } = parseServer(server);
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  try {
    const packets = on(socket, 'message', { signal: AbortSignal.timeout(TRY_MS) });
    socket.once('connect', () => socket.send(query));
    socket.connect(port, address); // a connected socket hears nobody else, and hears that nobody listens
    for await (const [packet] of packets) if (isReply(packet, query)) return packet;
  } finally {
    socket.close();
  }
}

// For an answer that UDP truncates. The platform's resolver speaks TCP, but tells no TTL.
async function lookUpOverTcp(server, name) {
  const resolver = new dns.promises.Resolver({ timeout: TRY_MS, tries: 1 });
  resolver.setServers([server]);
  const [host] = await resolver.resolveCname(name);
  return { host: host.toLowerCase(), ttl: UNKNOWN_TTL_S };
}

// The forms of dns.getServers(): 192.0.2.1, 192.0.2.1:5353, 2001:db8::1, [2001:db8::1]:5353.
function parseServer(server) {
  if (net.isIP(server)) return { address: server, port: 53 };
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(server);
  return { address, port: Number(port) };
}

function encodeQuery(name) {
  const labels = name.split('.').map((label) => Buffer.from(label));
  const valid = name.length <= 253 && labels.every(({ length }) => length > 0 && length < 64);
  if (!valid) throw new Error(`${name} is not a DNS name`);
  const header = Buffer.from([...crypto.randomBytes(2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]); // one question, recursively
  const question = labels.flatMap((label) => [Buffer.of(label.length), label]);
  return Buffer.concat([header, ...question, Buffer.of(0, 0, CNAME, 0, IN)]);
}

// What does not repeat the query's id and question is somebody else's, and is not listened to.
function isReply(packet, query) {
  const repeats = (start, end) => packet.subarray(start, end).equals(query.subarray(start, end));
  return repeats(0, 2) && packet[2] >= 128 && repeats(12, query.length);
}

// The name's CNAME and its TTL in seconds; undefined when truncated; throws when there is none.
function decodeAnswer(packet, offset, name) {
  const code = packet[3] & 15;
  if (code !== 0) throw new Error(`the DNS server answered with code ${code}`);
  if (packet[2] & 2) return undefined;
  for (let left = packet.readUInt16BE(6); left > 0; left--) {
    const owner = readName(packet, offset);
    const [type, ofClass] = [packet.readUInt16BE(owner.end), packet.readUInt16BE(owner.end + 2)];
    const ttl = Math.max(packet.readInt32BE(owner.end + 4), 0); // a negative one counts as 0 (RFC 2181, 8)
    const data = owner.end + 10;
    if (owner.name === name && type === CNAME && ofClass === IN) return { host: readName(packet, data).name, ttl };
    offset = data + packet.readUInt16BE(data - 2);
  }
  throw new Error('the DNS answer has no CNAME');
}

// A name in lower case, and where it ends. Labels and jumps share one budget, so that no compression loop is endless.
function readName(packet, offset) {
  const labels = [];
  let end;
  for (let steps = 0; steps < 128; steps++) {
    const length = packet.readUInt8(offset);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? offset + 1 };
    if (length < 64) {
      labels.push(packet.toString('latin1', offset + 1, offset + 1 + length));
      offset += 1 + length;
    } else if (length >= 192) {
      end ??= offset + 2;
      offset = packet.readUInt16BE(offset) & 0x3fff;
    } else break;
  }
  throw new Error('the DNS answer has a malformed name');
}

// --- Signature Version 4 ---

// Only what CloudFront leaves alone after this function is signed: Via and X-Forwarded-For, for two, are not.
function sign(request, { region, host }) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  if (!id || !secret) throw new Refusal('the router has no credentials to sign with');
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const signed = { host, 'x-amz-content-sha256': hashBody(request), 'x-amz-date': time }; // in alphabetical order
  if (token) signed['x-amz-security-token'] = token;

  const scope = `${time.slice(0, 8)}/${region}/execute-api/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(request, signed))].join('\n');
  const signature = hmac(signingKey(secret, region, scope), toSign).toString('hex');
  const names = Object.keys(signed).join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  delete request.headers['x-amz-security-token']; // a client's
  for (const [name, value] of Object.entries({ ...signed, authorization })) setHeader(request.headers, name, value);
}

// CloudFront shows the function no more than the first 1 MB of a body. No AWS source says that API Gateway takes
// UNSIGNED-PAYLOAD, so a body that cannot be hashed is refused here, by name, rather than there, as a bad signature.
function hashBody({ body, headers }) {
  if (body?.inputTruncated) throw new Refusal('a body over 1 MB cannot be signed', '413', 'Content Too Large');
  const hasBody = getHeader(headers, 'transfer-encoding') || Number(getHeader(headers, 'content-length')) > 0;
  if (hasBody && !body) throw new Refusal('the body cannot be signed: the router is associated without IncludeBody');
  return sha256(Buffer.from(body?.data ?? '', body?.encoding === 'base64' ? 'base64' : 'utf8'));
}

// Also gives the request the very spelling of the query that is signed: a `+` means the same to everybody then.
function canonicalRequest(request, signed) {
  const { method, origin, uri } = request;
  if (!method || typeof uri !== 'string') throw new Refusal('the request has no method or no uri');
  const query = splitQuery(request.querystring || '');
  request.querystring = query.join('&').replaceAll('\0', '=');
  return [
    method,
    canonicalPath((origin.custom.path || '') + uri), // CloudFront puts the origin's path in front
    query.sort().join('&').replaceAll('\0', '='),
    ...Object.entries(signed).map(([name, value]) => `${name}:${value}`),
    '',
    Object.keys(signed).join(';'),
    signed['x-amz-content-sha256'],
  ].join('\n');
}

// The path is encoded once more as it stands: the rule for every service but S3.
function canonicalPath(path) {
  const segments = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(encode(toBytes(segment)));
  }
  return `/${segments.join('/')}${path.endsWith('/') && segments.length ? '/' : ''}`;
}

// Names and values in one spelling whatever the client's, a NUL between them: it sorts before all that a name may hold.
function splitQuery(query) {
  const respell = (text) => encode(decode(toBytes(text.replaceAll('+', ' '))));
  const pairs = query.split('&').filter(Boolean);
  return pairs.map((pair) => /^([^=]*)=?(.*)$/s.exec(pair).slice(1).map(respell).join('\0'));
}

// Percent-encoding works on strings of a character a byte, so that bytes that are not UTF-8 survive it.
function toBytes(text) {
  return Buffer.from(text).toString('latin1');
}

function encode(bytes) {
  const percent = (byte) => `%${Buffer.from(byte, 'latin1').toString('hex').toUpperCase()}`;
  return bytes.replace(/[^A-Za-z0-9._~-]/g, percent); // all but the unreserved characters of RFC 3986
}

function decode(bytes) {
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex) => Buffer.from(hex, 'hex').toString('latin1'));
}

// Region -> the key derived for one day and secret: deriving it takes four times the work of a signature.
const signingKeys = new Map();

function signingKey(secret, region, scope) {
  const kept = signingKeys.get(region);
  if (kept?.secret === secret && kept.scope === scope) return kept.key;
  const key = scope.split('/').reduce(hmac, `AWS4${secret}`);
  signingKeys.set(region, { secret, scope, key });
  return key;
}

function hmac(key, text) {
  return crypto.createHmac('sha256', key).update(text).digest();
}

function sha256(data) {
  return crypto.createHash('sha256').update(data).digest('hex');
}
