// How requests reach the database: reads go to this Region's reader, writes to the writer, wherever that is.
//
// Three ways over two endpoints:
//   reader   READER_ENDPOINT: instances of this Region; what they have may be a little old.
//   writer   WRITER_ENDPOINT, the endpoint of this Region's cluster: the writer itself while this Region has it.
//            Aurora calls it inactive elsewhere; here it forwards nothing.
//   forward  READER_ENDPOINT once more, with write forwarding, one connection a consistency: Aurora sends the writes of a
//            secondary cluster to the primary (aws-facts §2.2, aws-facts-2 §19.4, §19.5), and nothing on the primary.
// Which of the two ways a write takes is found by trying, and remembered: roles move while the handler runs, and no
// setting tells it. A wrong guess costs nothing but time: the endpoint refuses (25006) or does not answer.
//
// Read-your-writes. Aurora's `session` waits only for writes of the same database session, and the client's next
// request may well meet another one. What holds here is made of three parts, and needs no session:
//   - Orders are never changed, so one that is found is right, wherever it is found.
//   - One that is not found at the reader is asked for once more, consistently, before the answer is 404.
//   - The answer to a write names the order in `Consistency-Token`. A request with that header is answered only from
//     what contains this order, and then contains everything that was committed before it: replicas apply commits in
//     their order.
// "Consistently" is: at the writer where it is in this Region, or else with the consistency `global`, with which Aurora
// waits until the secondary has everything that was committed when the statement began.

import { setTimeout as sleep } from 'node:timers/promises';

import { Connection } from './connection.mjs';
import { canRetry, isElsewhere, kindOf, mayBeDone } from './failures.mjs';
import { CONSISTENCIES } from './settings.mjs';

// The longest that a read waits at the reader for the order that the client has written, before it asks the writer.
const CATCH_UP = 1000;
// Of a write: on the way that was taken last, on the other one, and once more.
const WRITE_TRIES = 3;
const READ_TRIES = 2;
// Milliseconds, more after each try: all environments lose their connections at once.
const JITTER = { least: 50, more: 200 };

// Milliseconds, as long as clients are asked to wait.
const SPARED = 2000;

export const IS_REPLICA = 'SELECT pg_is_in_recovery() AS replica';
export const LOST = Symbol('lost');

const FOUND = 'SELECT EXISTS (SELECT 1 FROM orders WHERE id = $1) AS found';

export class Database {
  constructor(settings) {
    this.reader = new Connection('reader', settings.reader, settings, 'off');
    this.writer = new Connection('writer', settings.writer, settings, 'off');
    const forward = (consistency) => [consistency, new Connection('forward', settings.reader, settings, consistency)];
    this.forward = Object.fromEntries(CONSISTENCIES.map(forward));
    // Where the last write, or consistent read, was done: by forwarding, or at this Region's writer.
    this.isForwarded = false;
    // Why a consistent read failed, and until when the next one is not tried.
    this.failed = { until: 0 };
  }

  way(consistency) {
    return this.isForwarded ? this.forward[consistency] : this.writer;
  }

  // `work(connection)` at this Region's reader. Twice, where a new connection may help.
  async read(trace, deadline, work) {
    return this.attempt(trace, deadline, READ_TRIES, () => this.reader, work);
  }

  // `work(connection, all)` where writes are done; `all` sees everything that was committed, also by others. More than
  // once where that may help: what it does must be safe to repeat.
  async write(trace, consistency, deadline, work) {
    return this.attempt(trace, deadline, WRITE_TRIES, () => this.way(consistency), (way) => work(way, this.way('global')));
  }

  // `work(connection)` where everything is seen that was committed before now.
  //
  // While the writer is gone each of these would wait for seconds, and take the environments from the reads that need no
  // writer. So after one that failed, the next ones fail at once for a moment.
  async readConsistently(trace, deadline, work) {
    const { until, error: last } = this.failed;
    if (Date.now() < until) throw Object.assign(new Error(last.message), { code: last.code, late: last.late, sent: false });
    try {
      return await this.attempt(trace, deadline, WRITE_TRIES, () => this.way('global'), async (way) => {
        if (way === this.writer) await this.mustBeWriter(way, deadline);
        return work(way);
      });
    } catch (error) {
      if (error.sent !== undefined && canRetry(error)) this.failed = { until: Date.now() + SPARED, error };
      throw error;
    }
  }

  // A read that contains the order that the client has written, at the reader if it has it soon. LOST: no database has it.
  async readAfter(written, trace, deadline, work) {
    const until = Math.min(Date.now() + CATCH_UP, deadline);
    // Both by one session: another instance may have less.
    const look = async (reader) => {
      const [{ found }] = await reader.query(FOUND, [written], until);
      return found ? { done: await work(reader) } : undefined;
    };
    for (let pause = 10; Date.now() + pause < until; pause = Math.min(pause * 2, 160)) {
      const seen = await this.read(trace, until, look).catch(() => undefined);
      if (seen) return seen.done;
      await sleep(pause);
    }
    return this.readConsistently(trace, deadline, async (way) => {
      const [{ found }] = await way.query(FOUND, [written], deadline);
      return found ? work(way) : LOST;
    });
  }

  // An open connection to a writer that was demoted meanwhile answers reads without an error, from old data.
  async mustBeWriter(way, deadline) {
    const [{ replica }] = await way.query(IS_REPLICA, [], deadline);
    if (replica) throw Object.assign(new Error('no longer the writer'), { code: '25006', sent: true });
  }

  async attempt(trace, deadline, tries, choose, work) {
    let unknown = false;
    for (let left = tries - 1; ; left -= 1) {
      const way = choose();
      const began = performance.now();
      try {
        const done = await work(way);
        trace.way = way.name;
        return done;
      } catch (error) {
        // Not of the database: a mistake of ours.
        if (error.sent === undefined) throw error;
        unknown ||= mayBeDone(error);
        trace.failures.push({ way: way.name, kind: kindOf(error), code: error.code, sent: Boolean(error.sent) });
        if (!canRetry(error)) throw Object.assign(error, { unknown });
        way.discard();
        const moves = way !== this.reader && isElsewhere(error);
        if (moves) this.isForwarded = way === this.writer;
        if (left === 0 || Date.now() >= deadline) throw Object.assign(error, { unknown });
        // The other way may be tried at once; the same one has to be given a moment.
        if (!moves) await sleep(JITTER.least + Math.random() * JITTER.more * (tries - left));
      } finally {
        trace.databaseMs += performance.now() - began;
      }
    }
  }
}
