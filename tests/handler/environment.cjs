// One execution environment of Lambda, in a process of its own: the real bundle, asked by messages. Names resolve to
// what the test says, and the clock is as much ahead.

const dns = require('node:dns');

let names = {};
const { lookup } = dns;
dns.lookup = (name, options, done) => {
  if (!names[name]) return process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
  return lookup(names[name], options, done);
};

let ahead = 0;
const { now } = Date;
Date.now = () => now() + ahead;

const { handler } = require('../../src/stacks/handler/dist/index.js');

process.on('message', async ({ id, event, remaining, set }) => {
  if (set) ({ names = names, ahead = ahead } = set);
  if (!event) return process.send({ id });
  const until = Date.now() + remaining;
  const context = { awsRequestId: `request-${id}`, getRemainingTimeInMillis: () => until - Date.now() };
  const began = performance.now();
  const response = await handler(event, context).catch((error) => ({ thrown: error.stack }));
  return process.send({ id, response, ms: performance.now() - began });
});
process.on('disconnect', () => process.exit());
