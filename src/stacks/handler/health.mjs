// Whether this Region can serve, for Route 53's health checkers and for people: within a second, and by the read path
// alone. Where the writer is, and whether it can be reached, is told, not judged: a Region without a writer still reads,
// and taking it out of the routing would help nobody.

import { answer } from './http.mjs';
import { kindOf } from './failures.mjs';

// Milliseconds. Of the answer; of the question to the writer; and how long its reply is remembered.
const BOUND = 900;
const WRITER_BOUND = 400;
const REMEMBERED = 5000;

// Milliseconds that what this instance shows is behind the writer. Aurora's own figure where its function exists, or that
// of PostgreSQL's streaming replication, which is only known while something is written.
const HAS_FUNCTION = "SELECT to_regprocedure('aurora_global_db_instance_status()') IS NOT NULL AS aurora";
const OF_AURORA = `SELECT pg_is_in_recovery() AS replica, (SELECT visibility_lag_in_msec::float8
  FROM aurora_global_db_instance_status() WHERE server_id = aurora_db_instance_identifier()) AS lag`;
const OF_POSTGRESQL = `SELECT pg_is_in_recovery() AS replica, CASE
  WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 * 1000 END AS lag`;

let ofLag;
let known = { role: 'unknown', at: -Infinity };

export async function health({ database, settings }, trace) {
  const began = performance.now();
  const deadline = Date.now() + BOUND;
  const [read, role] = await Promise.all([
    readPath(database, trace, deadline).catch((error) => ({ failure: kindOf(error) })),
    roleOf(database, Date.now() + WRITER_BOUND),
  ]);
  trace.databaseMs = performance.now() - began;
  const reachable = !read.failure;
  return answer(reachable ? 200 : 503, {
    status: reachable ? 'ok' : 'failing',
    region: settings.region,
    role: reachable && !read.replica ? 'writer' : role,
    database: { reachable, ...(reachable ? { lagMs: read.lag } : { failure: read.failure }) },
  });
}

async function readPath(database, trace, deadline) {
  return database.read(trace, deadline, async (reader) => {
    if (!ofLag) {
      const [{ aurora }] = await reader.query(HAS_FUNCTION, [], deadline);
      ofLag = aurora ? OF_AURORA : OF_POSTGRESQL;
    }
    const [{ replica, lag }] = await reader.query(ofLag, [], deadline);
    return { replica, lag: lag === null ? null : Math.round(lag) };
  });
}

// `writer` where this Region's cluster endpoint leads to an instance that takes writes, `reader` elsewhere.
async function roleOf(database, deadline) {
  if (Date.now() - known.at < REMEMBERED) return known.role;
  let role = 'reader';
  try {
    const [{ replica }] = await database.writer.query('SELECT pg_is_in_recovery() AS replica', [], deadline);
    if (replica) database.writer.discard();
    else role = 'writer';
  } catch {
    database.writer.discard();
  }
  known = { role, at: Date.now() };
  return role;
}

export const roleKnown = () => known.role;
