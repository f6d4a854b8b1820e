// API Gateway's HTTP API events, payload 2.0, and the answers to them.

export function answer(statusCode, body, headers = {}) {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

// What went wrong, for people; `more` for programs.
export function problem(statusCode, message, more = {}, headers = {}) {
  return answer(statusCode, { message, ...more }, headers);
}

export class Request {
  constructor(event) {
    this.event = event;
    this.context = event.requestContext ?? {};
    this.method = this.context.http?.method ?? 'GET';
    this.path = event.rawPath ?? '/';
  }

  // Header names come in lower case, several values joined by commas.
  header(name) {
    return this.event.headers?.[name];
  }

  query(name) {
    return this.event.queryStringParameters?.[name];
  }

  body() {
    const { body, isBase64Encoded } = this.event;
    return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : body ?? '';
  }
}
