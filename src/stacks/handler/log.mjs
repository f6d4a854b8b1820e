// One line of JSON a request, in the names of Lambda's own JSON format (aws-facts-2 §13.5). No headers, no bodies, no
// texts of the database, which may quote values.

export function idsOf(request, context) {
  const trace = process.env._X_AMZN_TRACE_ID ?? request.header('x-amzn-trace-id');
  return {
    requestId: context?.awsRequestId,
    apiRequestId: request.context.requestId,
    traceId: /Root=([^;]+)/.exec(trace ?? '')?.[1],
  };
}

export function log(level, message, fields) {
  process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields })}\n`);
}
