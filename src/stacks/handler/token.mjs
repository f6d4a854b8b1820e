// The password of a database user who signs in with IAM: a presigned GET of `HOST:PORT/?Action=connect&DBUser=USER`
// for the service `rds-db`, valid for 15 minutes, without its scheme (aws-facts-2 §19.1). Made offline.
//
// Signed here, not by @aws-sdk/rds-signer: that alone is 411 kB of bundle and 36 ms of each cold start (3.1175.0,
// minified, on the machine where all of this bundle loads in about 20 ms). A test compares the two.

import { createHash, createHmac } from 'node:crypto';

const SECONDS = 900;
const ALGORITHM = 'AWS4-HMAC-SHA256';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

// Percent encoding as SigV4 wants it: encodeURIComponent leaves !'()* alone.
const encoded = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// Lambda's environment has the execution role's credentials for as long as the environment lives.
const fromEnvironment = (env = process.env) => ({
  keyId: env.AWS_ACCESS_KEY_ID,
  secret: env.AWS_SECRET_ACCESS_KEY,
  session: env.AWS_SESSION_TOKEN,
});

export function token({ host, port, user, region }, credentials = fromEnvironment(), now = new Date()) {
  const { keyId, secret, session } = credentials;
  if (!keyId || !secret) throw Object.assign(new Error('no AWS credentials in the environment'), { code: 'NOCREDENTIALS' });
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), region, 'rds-db', 'aws4_request'];
  const query = [
    ['Action', 'connect'],
    ['DBUser', user],
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', [keyId, ...scope].join('/')],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(SECONDS)],
    ...(session ? [['X-Amz-Security-Token', session]] : []),
    ['X-Amz-SignedHeaders', 'host'],
  ].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  const request = ['GET', '/', query, `host:${host}:${port}`, '', 'host', sha256('')].join('\n');
  const text = [ALGORITHM, time, scope.join('/'), sha256(request)].join('\n');
  const key = scope.reduce((key, part) => hmac(key, part), `AWS4${secret}`);
  return `${host}:${port}/?${query}&X-Amz-Signature=${hmac(key, text).toString('hex')}`;
}
