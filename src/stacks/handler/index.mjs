// The reference handler: an orders API that reads in its Region and writes to the global database.
//
//   GET  /health          whether this Region can serve; see health.mjs
//   GET  /whoami          which Region and function answers, and the ids of the request
//   GET  /orders/ID       one order
//   GET  /orders?after=SEQ&limit=N
//   POST /orders          a new order, a JSON object, with an Idempotency-Key
//
// Header Consistency: eventual (what this Region has), session (one's own writes; the default) or global (everything
// that was committed before). Header Consistency-Token: what the answer to the last POST had; see database.mjs.

import { Database } from './database.mjs';
import { advice, canRetry, kindOf, sentence } from './failures.mjs';
import { health } from './health.mjs';
import { Request, problem } from './http.mjs';
import { idsOf, log } from './log.mjs';
import { create, find, isToken, list } from './orders.mjs';
import { CONSISTENCIES, settings as read } from './settings.mjs';
import { whoami } from './whoami.mjs';

// Milliseconds. API Gateway waits 30 s and the function has a timeout of its own: an answer comes before either.
const LONGEST = 20_000;
const SPARE = 500;
const RETRY_AFTER = '2';

const settings = read();
const parts = { settings, database: new Database(settings) };

export async function handler(event, context) {
  const began = performance.now();
  const request = new Request(event);
  const ids = idsOf(request, context);
  const trace = { way: undefined, failures: [], databaseMs: 0 };
  request.deadline = Date.now() + Math.min(LONGEST, (context?.getRemainingTimeInMillis?.() ?? LONGEST) - SPARE);
  let response;
  try {
    response = await route(request, ids, trace);
  } catch (error) {
    response = failed(error, request, ids);
  }
  const ms = performance.now() - began;
  log(response.statusCode < 500 ? 'INFO' : 'ERROR', summary(request, response, trace), {
    ...ids,
    method: request.method,
    route: request.route,
    status: response.statusCode,
    ms: round(ms),
    databaseMs: round(trace.databaseMs),
    way: trace.way,
    failures: trace.failures.length ? trace.failures : undefined,
    advice: advice(trace.failures, settings),
  });
  response.headers['x-region'] = settings.region;
  if (request.method === 'HEAD') delete response.body;
  return response;
}

// For whoever reads many lines: `503 POST /orders, database: gone`.
function summary({ method, route }, { statusCode }, { failures }) {
  const kinds = [...new Set(failures.map(({ kind }) => kind))];
  return `${statusCode} ${method} ${route ?? '?'}${kinds.length ? `, database: ${kinds.join(', ')}` : ''}`;
}

const round = (ms) => Math.round(ms * 100) / 100;

async function route(request, ids, trace) {
  const { method, path } = request;
  const reads = method === 'GET' || method === 'HEAD';
  const to = (name, allowed) => {
    request.route = name;
    return allowed;
  };
  if (path === settings.healthPath) return to('/health', reads) ? health(parts, trace) : notAllowed('GET');
  if (path === '/whoami') return to(path, reads) ? whoami(request, parts, ids) : notAllowed('GET');
  const one = /^\/orders\/([^/]+)$/.exec(path);
  if (!one && path !== '/orders') return problem(404, 'There is nothing under this path. Orders are under /orders.');

  request.consistency = (request.header('consistency') ?? settings.consistency).toLowerCase();
  request.written = request.header('consistency-token');
  if (!CONSISTENCIES.includes(request.consistency)) return problem(400, `Consistency must be one of ${CONSISTENCIES.join(', ')}.`);
  if (request.written && !isToken(request.written)) return problem(400, 'Consistency-Token must be as the answer to a POST gave it.');
  if (one) return to('/orders/{id}', reads) ? find(request, parts, trace, one[1]) : notAllowed('GET');
  if (to(path, method === 'POST')) return create(request, parts, trace);
  return reads ? list(request, parts, trace) : notAllowed('GET, POST');
}

const notAllowed = (allow) => problem(405, `This path takes ${allow} only.`, {}, { allow });

// A failure of the database, or a mistake of ours. Of a write that may have been done, the client is told just that.
function failed(error, request, ids) {
  const database = error.sent !== undefined;
  const kind = database ? kindOf(error) : 'fault';
  log('ERROR', database ? 'database' : 'fault', { ...ids, kind, code: error.code, routine: error.routine, constraint: error.constraint, error: database ? undefined : error.stack });
  if (!database) return problem(500, 'The handler has a fault. The log has the details.', { requestId: ids.requestId });
  const passing = canRetry(error) || kind === 'slow';
  const headers = passing ? { 'retry-after': RETRY_AFTER } : {};
  if (request.method !== 'POST') return problem(passing ? 503 : 500, sentence(kind), {}, headers);
  const more = error.unknown
    ? { outcome: 'unknown', message: `${sentence(kind)} Your order may have been written or not: send it again with the same Idempotency-Key.` }
    : { outcome: 'not written' };
  return problem(passing ? 503 : 500, sentence(kind), more, headers);
}
