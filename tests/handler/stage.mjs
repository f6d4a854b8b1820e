// What the tests share: the servers, the names of the endpoints, and the environment that the template gives.

import { readFileSync } from 'node:fs';

import { Iam } from './iam.mjs';
import { Environment } from './lambda.mjs';
import { Postgres, authority, freePort } from './postgres.mjs';

export const REGION = 'eu-west-1';
export const READER = `fleet-${REGION}.cluster-ro-abc.${REGION}.rds.amazonaws.com`;
export const WRITER = `fleet-${REGION}.cluster-abc.${REGION}.rds.amazonaws.com`;
// A name that the certificate lacks.
export const OTHER = `other.cluster-abc.${REGION}.rds.amazonaws.com`;
const CREDENTIALS = { keyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', session: `IQo+/=${'x'.repeat(900)}` };

export const PRIMARY = '127.0.0.1';
export const REPLICA = '127.0.0.2';
// The Region that has the writer, and one that has not.
export const HOME = { [READER]: REPLICA, [WRITER]: PRIMARY };

export async function stage() {
  const postgres = new Postgres();
  const iam = new Iam(CREDENTIALS, REGION);
  const [port, ldap] = [await freePort(), await iam.start()];
  const tls = authority(postgres.folder, 'database', [READER, WRITER]);
  const stranger = authority(postgres.folder, 'stranger', [READER, WRITER]);
  const method = `ldap ldapserver=127.0.0.1 ldapport=${ldap} ldapprefix="cn="`;
  await postgres.start({ port, tls, hba: `hostssl app handler 127.0.0.0/8 ${method}`, settings: { max_connections: 30 } });
  postgres.sql('CREATE DATABASE app', 'primary', 'postgres');
  const schema = readFileSync(new URL('../../src/stacks/handler/schema.sql', import.meta.url), 'utf8').replaceAll('${user}', 'handler');
  postgres.sql('CREATE USER handler');
  // Twice: it may be repeated.
  postgres.sql(schema);
  postgres.sql(schema);
  await postgres.replicate();

  const env = {
    AWS_REGION: REGION, AWS_LAMBDA_FUNCTION_NAME: 'fleet-handler', AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_ACCESS_KEY_ID: CREDENTIALS.keyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secret, AWS_SESSION_TOKEN: CREDENTIALS.session,
    HEALTH_PATH: '/health', DATABASE_NAME: 'app', DATABASE_USER: 'handler', DATABASE_PORT: String(port),
    READER_ENDPOINT: READER, WRITER_ENDPOINT: WRITER, DATABASE_CA: tls.ca,
  };
  const environments = [];
  const start = (more = {}, names = HOME) => {
    const environment = new Environment({ ...env, ...more }, names);
    environments.push(environment);
    return environment;
  };
  const relays = [];
  const relay = (made) => {
    relays.push(made);
    return made.start();
  };
  const setting = (name, value) => {
    postgres.sql(`ALTER SYSTEM SET ${name} = ${value}`);
    postgres.sql('SELECT pg_reload_conf()');
    // A new session that has the value comes after all others were told of it.
    while (postgres.sql(`SHOW ${name}`) !== value) continue;
  };
  // A session of the superuser that holds what the statement takes, until the function that is given back is called.
  const hold = async (statement) => {
    const psql = postgres.session();
    psql.stdin.write(`BEGIN;\n${statement};\n\\echo held\n`);
    await new Promise((done) => psql.stdout.once('data', done));
    return () => new Promise((done) => {
      psql.once('exit', done);
      psql.stdin.end();
    });
  };
  // After each test, whatever it did.
  const rest = () => {
    for (const environment of environments.splice(0)) environment.stop();
    for (const made of relays.splice(0)) made.close();
    iam.ahead = 0;
    postgres.sql('SELECT pg_wal_replay_resume() WHERE pg_is_wal_replay_paused()', 'replica');
  };
  const end = () => {
    for (const environment of environments) environment.stop();
    postgres.stop();
  };
  return { postgres, iam, port, tls, stranger, start, relay, setting, hold, rest, end };
}
