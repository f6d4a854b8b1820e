// Who answers, and what API Gateway knew of the caller: to follow a request through its stations. No secrets, and of a
// token only the claims that say who it is for.

import { answer } from './http.mjs';
import { roleOf } from './health.mjs';

const CLAIMS = ['iss', 'sub', 'aud', 'client_id', 'scope', 'token_use', 'exp'];

export async function whoami(request, { database, settings }, ids) {
  return answer(200, {
    region: settings.region,
    role: await roleOf(database),
    function: settings.functionName,
    version: settings.functionVersion,
    ...ids,
    domain: request.context.domainName,
    stage: request.context.stage,
    sourceIp: request.context.http?.sourceIp,
    userAgent: request.context.http?.userAgent,
    via: request.header('via'),
    caller: caller(request.context.authorizer),
  });
}

function caller(authorizer) {
  if (authorizer?.iam) {
    const { accountId, callerId, userArn, userId } = authorizer.iam;
    return { type: 'iam', accountId, callerId, userArn, userId };
  }
  if (authorizer?.jwt) {
    const claims = authorizer.jwt.claims ?? {};
    return { type: 'jwt', ...Object.fromEntries(CLAIMS.filter((name) => name in claims).map((name) => [name, claims[name]])) };
  }
  if (authorizer?.lambda) return { type: 'lambda', keys: Object.keys(authorizer.lambda) };
  return { type: 'none' };
}
