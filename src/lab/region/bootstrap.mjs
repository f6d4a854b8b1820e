// Runs a handler as Lambda's Node.js runtime does: asks the Runtime API for an event, gives it to the handler, sends
// back what the handler answers, and begins again. LAMBDA_TASK_ROOT and _HANDLER say where the handler is.

import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const { env } = process;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, what, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/${what}`, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

// As the runtime writes what a handler logs in the text format: time, request, level, message, in one line.
let requestId = '';
for (const [name, level] of Object.entries({ log: 'INFO', trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' })) {
  console[name] = (...args) => line(level, format(...args));
}
function line(level, text) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text.replaceAll('\n', '\r')}\n`);
}

function described(error) {
  const isError = error instanceof Error;
  return {
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : format(error),
    trace: isError ? (error.stack ?? '').split('\n') : [],
  };
}

function report(what, error) {
  const about = described(error);
  const headers = { 'lambda-runtime-function-error-type': about.errorType };
  return call('POST', what, JSON.stringify(about), headers);
}

async function load() {
  const [module, name] = env._HANDLER.split('.');
  const file = ['.mjs', '.js', '.cjs'].map((end) => path.join(env.LAMBDA_TASK_ROOT, module + end)).find(existsSync);
  if (!file) throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
  const loaded = await import(pathToFileURL(file));
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${env._HANDLER} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return handler;
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next');
    requestId = headers['lambda-runtime-aws-request-id'];
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      awsRequestId: requestId,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    };
    let answer;
    try {
      answer = JSON.stringify(await handler(JSON.parse(body), context)) ?? 'null';
    } catch (error) {
      const { trace: stack, ...about } = described(error);
      line('ERROR', `Invoke Error \t${JSON.stringify({ ...about, stack })}`);
      await report(`invocation/${requestId}/error`, error);
      continue;
    }
    await call('POST', `invocation/${requestId}/response`, answer, { 'content-type': 'application/json' });
  }
}

let handler;
try {
  handler = await load();
} catch (error) {
  const { trace: stack, ...about } = described(error);
  line('ERROR', `Uncaught Exception \t${JSON.stringify({ ...about, stack })}`);
  await report('init/error', error).catch(() => {});
  process.exit(1);
}
// The lab is gone when its Runtime API is.
await serve(handler).catch(() => process.exit(1));
