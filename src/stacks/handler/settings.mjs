// What the template's environment gives (`src/stacks/templates/region.yaml`), read once.

import { readFileSync } from 'node:fs';

export const CONSISTENCIES = ['eventual', 'session', 'global'];

// The certificate authorities to trust. DATABASE_CA is the path of a PEM file. Without it Node's own store decides,
// which NODE_EXTRA_CA_CERTS=/var/runtime/ca-cert.pem extends with those of RDS: Node 20 and newer do not have them
// otherwise (aws-facts-2 §19.2).
function authorities(path) {
  return path ? readFileSync(path, 'utf8') : undefined;
}

export function settings(env = process.env) {
  return {
    region: env.AWS_REGION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    healthPath: env.HEALTH_PATH || '/health',
    database: env.DATABASE_NAME || 'app',
    user: env.DATABASE_USER || 'handler',
    port: Number(env.DATABASE_PORT || 5432),
    reader: env.READER_ENDPOINT,
    writer: env.WRITER_ENDPOINT,
    ca: authorities(env.DATABASE_CA),
    consistency: CONSISTENCIES.includes(env.DATABASE_CONSISTENCY) ? env.DATABASE_CONSISTENCY : 'session',
  };
}
