// Whether this Region can serve, for Route 53's health checkers and for people: within a second, and by the read path
// alone. Where the writer is, and whether it can be reached, is told, not judged: a Region without a writer still reads,
// and taking it out of the routing would help nobody.

import { answer } from './http.mjs';
import { kindOf } from './failures.mjs';

// Milliseconds. Of the answer; of the question to the writer; and how long its reply is remembered.
const BOUND = 900;
const WRITER_BOUND = 400;
const REMEMBERED = 5000;

// Milliseconds that what this instance shows is behind the writer: Aurora's own figure where its function exists. A
// replica of PostgreSQL's own knows only the age of the newest commit that it has, which is the lag and the time since
// the last write together.
const HAS_FUNCTION = "SELECT to_regprocedure('aurora_global_db_instance_status()') IS NOT NULL AS aurora";
const OF_AURORA = `SELECT pg_is_in_recovery() AS replica, (SELECT visibility_lag_in_msec::float8
  FROM aurora_global_db_instance_status() WHERE server_id = aurora_db_instance_identifier()) AS lag, NULL AS age`;
const OF_POSTGRESQL = `SELECT pg_is_in_recovery() AS replica, CASE WHEN NOT pg_is_in_recovery() THEN 0 END AS lag,
  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 * 1000 AS age`;

let ofLag;
let known = { role: 'unknown', at: -Infinity };

export async function health({ database, settings }, trace) {
  const began = performance.now();
  const deadline = Date.now() + BOUND;
  const [read, role] = await Promise.all([
    readPath(database, trace, deadline).catch((error) => ({ failure: kindOf(error) })),
    roleOf(database),
  ]);
  trace.databaseMs = performance.now() - began;
  const reachable = !read.failure;
  return answer(reachable ? 200 : 503, {
    status: reachable ? 'ok' : 'failing',
    region: settings.region,
    role: reachable && !read.replica ? 'writer' : role,
    database: reachable
      ? { reachable, lagMs: read.lag, newestCommitAgeMs: read.age }
      : { reachable, failure: read.failure },
  });
}

async function readPath(database, trace, deadline) {
  return database.read(trace, deadline, async (reader) => {
    if (!ofLag) {
      const [{ aurora }] = await reader.query(HAS_FUNCTION, [], deadline);
      ofLag = aurora ? OF_AURORA : OF_POSTGRESQL;
    }
    const [{ replica, lag, age }] = await reader.query(ofLag, [], deadline);
    const whole = (ms) => (ms === null ? null : Math.round(ms));
    return { replica, lag: whole(lag), age: whole(age) };
  });
}

// `writer` where this Region's cluster endpoint leads to an instance that takes writes, `reader` elsewhere.
export async function roleOf(database) {
  if (Date.now() - known.at < REMEMBERED) return known.role;
  let role = 'reader';
  try {
    const until = Date.now() + WRITER_BOUND;
    const [{ replica }] = await database.writer.query('SELECT pg_is_in_recovery() AS replica', [], until);
    if (replica) database.writer.discard();
    else role = 'writer';
  } catch {
    database.writer.discard();
  }
  known = { role, at: Date.now() };
  return role;
}
