// The orders: what is asked of the database, and what the client is told.

import { createHash } from 'node:crypto';

import { LOST } from './database.mjs';
import { answer, problem } from './http.mjs';

const COLUMNS = 'id, seq, region, created_at, body';
const PAGE = { usual: 50, most: 500 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KEY = /^[\x21-\x7e]{1,255}$/;
// Of an order, and of a page: Lambda's answers have 6 MB at most.
const MOST_BYTES = 32 * 1024;
const PAGE_BYTES = 4 * 1024 * 1024;

// One statement that write forwarding takes: no function of a user, no savepoint, no DDL (aws-facts-2 §19.4). No target
// of the conflict, so that the primary key counts too: the key makes the id, and two requests at the same moment may meet
// at either.
const INSERT = `INSERT INTO orders (id, idempotency_key, body, request_hash, region) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`;
const BY_KEY = `SELECT ${COLUMNS}, request_hash FROM orders WHERE idempotency_key = $1`;
const BY_ID = `SELECT ${COLUMNS} FROM orders WHERE id = $1`;
const AFTER = `SELECT ${COLUMNS} FROM orders WHERE seq > $1 ORDER BY seq LIMIT $2`;

const shown = ({ id, seq, region, created_at, body }) => ({
  id, seq: Number(seq), region, createdAt: created_at.toISOString(), order: body,
});

const sha256 = (text) => createHash('sha256').update(text).digest();

// The same for the same order, whatever the order of its members and its white space.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

// The id of the order with this key: a UUID of version 8 made of the key. Sent again after its first copy was lost in a
// failover, the order keeps its id.
function idOf(key) {
  const bytes = sha256(`order ${key}`).subarray(0, 16);
  bytes[6] = 0x80 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export async function create(request, { database, settings }, trace) {
  const key = request.header('idempotency-key');
  if (!key) return problem(400, 'Send the header Idempotency-Key. It lets you send the order again without a second order.');
  if (!KEY.test(key)) return problem(400, 'Idempotency-Key must have 1 to 255 visible ASCII characters.');
  const text = request.body();
  if (Buffer.byteLength(text) > MOST_BYTES) return problem(413, 'The order must not be larger than 32 KiB.');
  let order;
  try {
    order = JSON.parse(text);
  } catch {
    return problem(400, 'The body is not JSON.');
  }
  if (order === null || typeof order !== 'object' || Array.isArray(order)) return problem(400, 'The order must be a JSON object.');
  const json = canonical(order);
  const id = idOf(key);
  const hash = sha256(json).toString('hex');
  const { deadline, consistency } = request;
  // Twice is once: a second try, of the client's or of ours, finds what the first has written.
  const writing = database.write(trace, consistency, deadline, async (way, all) => {
    const [made] = await way.query(INSERT, [id, key, json, hash, settings.region], deadline);
    if (made) return [made, false];
    const [there] = await all.query(BY_KEY, [key], deadline);
    // Its session may have ended without a commit meanwhile.
    if (!there) throw Object.assign(new Error('in conflict with an order that is not there'), { code: '40001', sent: true });
    return [there, true];
  });
  let row;
  let again;
  try {
    [row, again] = await writing;
  } catch (error) {
    // A character that jsonb does not have, or a number that is too long: SQLSTATE of class 22.
    if (!String(error.code).startsWith('22')) throw error;
    return problem(400, 'The order contains a value that PostgreSQL cannot store.');
  }
  if (again && row.request_hash !== hash) {
    return problem(422, 'This Idempotency-Key was used for another order. Use a new key for a new order.');
  }
  const headers = { location: `/orders/${row.id}`, 'consistency-token': row.id };
  if (again) headers['idempotency-replayed'] = 'true';
  return answer(201, shown(row), headers);
}

export async function find(request, { database }, trace, id) {
  if (!UUID.test(id)) return problem(404, 'There is no such order. The id of an order is a UUID.');
  const { deadline, consistency } = request;
  const ask = async (way) => (await way.query(BY_ID, [id], deadline))[0];
  let row = consistency === 'global' ? undefined : await read(request, database, trace, ask);
  // Not found here may mean not here yet.
  if (!row && consistency !== 'eventual') row = await database.readConsistently(trace, deadline, ask);
  if (row === LOST) return lost();
  return row ? answer(200, shown(row)) : problem(404, 'There is no order with this id.');
}

// In the order of `seq`, which is that of the beginning of the writes, not of their end: of two orders written at the
// same moment the later number may be seen first. Who must miss none asks again from a little before.
export async function list(request, { database }, trace) {
  const after = whole(request.query('after'), 0, 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(request.query('limit'), PAGE.usual, 1, PAGE.most);
  if (after === undefined) return problem(400, 'after must be the seq of an order: a whole number, 0 or more.');
  if (limit === undefined) return problem(400, `limit must be a whole number from 1 to ${PAGE.most}.`);
  const ask = (way) => way.query(AFTER, [after, limit], request.deadline);
  const rows = request.consistency === 'global'
    ? await database.readConsistently(trace, request.deadline, ask)
    : await read(request, database, trace, ask);
  if (rows === LOST) return lost();
  const orders = fitting(rows.map(shown));
  const isAll = orders.length === rows.length && rows.length < limit;
  return answer(200, { orders, next: isAll ? null : orders.at(-1).seq });
}

// As many as an answer holds, and one at least.
function fitting(orders) {
  let bytes = 0;
  const end = orders.findIndex((order, at) => {
    bytes += Buffer.byteLength(JSON.stringify(order));
    return at > 0 && bytes > PAGE_BYTES;
  });
  return end < 0 ? orders : orders.slice(0, end);
}

function read({ consistency, written, deadline }, database, trace, ask) {
  return written && consistency === 'session'
    ? database.readAfter(written, trace, deadline, ask)
    : database.read(trace, deadline, ask);
}

const lost = () => problem(412, 'No database has the order that Consistency-Token names. The token is wrong, or the order was lost when the '
  + 'database failed over to another Region. Send the order again with its Idempotency-Key, or this request without the token.');

function whole(text, usual, least, most) {
  if (text === undefined) return usual;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

export const isToken = (text) => UUID.test(text);
