// Whether this Region can serve, for Route 53's health checkers and for people: within a second, and by the read path
// alone. Where the writer is, and whether it can be reached, is told, not judged: a Region without a writer still reads,
// and taking it out of the routing would help nobody.

import { IS_REPLICA } from './database.mjs';
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
const OF_AURORA = `SELECT visibility_lag_in_msec::float8 AS lag, NULL AS age
  FROM aurora_global_db_instance_status() WHERE server_id = aurora_db_instance_identifier()`;
const OF_POSTGRESQL = `SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0 END AS lag,
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

// The lag is told, not judged: a figure that cannot be asked for is no reason to take the Region out.
async function readPath(database, trace, deadline) {
  return database.read(trace, deadline, async (reader) => {
    const [{ replica }] = await reader.query(IS_REPLICA, [], deadline);
    const { lag, age } = await lagOf(reader, deadline).catch(() => ({}));
    const whole = (ms) => (typeof ms === 'number' ? Math.round(ms) : null);
    return { replica, lag: whole(lag), age: whole(age) };
  });
}

async function lagOf(reader, deadline) {
  if (!ofLag) {
    const [{ aurora }] = await reader.query(HAS_FUNCTION, [], deadline);
    ofLag = aurora ? OF_AURORA : OF_POSTGRESQL;
  }
  const [figures] = await reader.query(ofLag, [], deadline);
  return figures ?? {};
}

// `writer` where this Region's cluster endpoint leads to an instance that takes writes, `reader` elsewhere, `unknown` where
// it did not answer in time.
export async function roleOf(database) {
  if (Date.now() - known.at < REMEMBERED) return known.role;
  let role = 'reader';
  try {
    const until = Date.now() + WRITER_BOUND;
    const [{ replica }] = await database.writer.query(IS_REPLICA, [], until);
    if (replica) database.writer.discard();
    else role = 'writer';
  } catch (error) {
    database.writer.discard();
    if (error.late) role = 'unknown';
  }
  if (role !== 'unknown') known = { role, at: Date.now() };
  return role;
}
